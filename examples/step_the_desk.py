"""The desk as a Gymnasium environment: random actions, then the scripted expert at a task.

    python examples/step_the_desk.py

prints

    On the desk: yellow cylinder, yellow cube, purple cube, drawer, sliding door, button, lever switch, tray.
    10 random actions: the hand went from x = 0.42, y = 0.00 to x = 0.37, y = -0.00.
    open_drawer: done after 14 steps, reward 1.0.
"""

import gymnasium

from sim.desk.tasks import expert

SECONDS, HZ = 12, 10


def main() -> None:
    """Step the environment without and with a task."""
    env = gymnasium.make("sim.env:robopolicy/Desk-v0", n_objects=3)
    env.action_space.seed(0)

    _, info = env.reset(seed=0)
    before = info["state"].ee_pos
    for _ in range(10):
        _observation, _reward, _terminated, _truncated, info = env.step(env.action_space.sample())
    after = info["state"].ee_pos  # m, world frame
    print(f"On the desk: {', '.join(name for name in info['names'] if name)}.")
    print("10 random actions: the hand went from x = {:.2f}, y = {:.2f}".format(*before), end=" ")
    print("to x = {:.2f}, y = {:.2f}.".format(*after))

    # With a task, reset draws a scene in which it is possible, and the episode ends when it is done.
    _, info = env.reset(seed=0, options={"task": "open_drawer"})
    goal = env.get_wrapper_attr("goal")
    for step in range(1, SECONDS * HZ + 1):
        action = expert.act(info["state"], goal)
        _, reward, terminated, _, info = env.step(action)
        if terminated:
            print(f"{goal.task}: done after {step} steps, reward {reward}.")
            break
    env.close()


if __name__ == "__main__":
    main()
