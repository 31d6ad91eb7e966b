"""Tell the policy that comes with the program what to do: `python examples/drive_policy.py`."""

import gymnasium

import robopolicy

env = gymnasium.make("sim.env:robopolicy/Desk-v0")
policy = robopolicy.load("benchmark")
observation, info = env.reset(seed=0, options={"task": "open_drawer"})
print(policy.reset("pull the drawer open", info["names"]))
for step in range(1, 121):
    observation, reward, done, _, info = env.step(policy.act(observation))
    if done:
        print(f"done after {step} steps")
        break
env.close()
