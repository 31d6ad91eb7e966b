"""The arm: pybullet_data's Franka Panda, thinned out for speed.

Links behind fixed joints are merged into the last joint's link, only the hand and the fingers
collide, and the last link's frame is moved along its own axis to the point between the fingertips
(the tool centre point, TCP). So one link state gives the pose of the tool and inverse kinematics
can be asked for it directly.
"""

import math
import xml.etree.ElementTree as ET
from pathlib import Path

import pybullet_data

from sim.bullet.arm import FINGER_TO_HAND, HAND_TO_LINK7, HAND_TURN, TCP_TO_HAND

_HAND_BOX = (0.055, 0.160, 0.066, 0.033)  # x, y, z extent, centre z above the hand's origin
_FINGER_BOXES = ((0.018, 0.016, 0.026, 0.0405), (0.018, 0.022, 0.030, 0.013))


def urdf(visuals: bool) -> str:
    """The thinned arm as URDF text; mesh paths are absolute."""
    folder = Path(pybullet_data.getDataPath()) / "franka_panda"
    robot = ET.parse(folder / "panda.urdf").getroot()
    links = {link.get("name"): link for link in robot.findall("link")}
    joints = {joint.get("name"): joint for joint in robot.findall("joint")}
    for link in links.values():
        _strip(link, folder, visuals)
    wrist, hand = links["panda_link7"], links["panda_hand"]
    _move_frame_to_tool(joints["panda_joint7"], wrist, hand)
    _add_box(wrist, _HAND_BOX[:3], (0, 0, _HAND_BOX[3] - TCP_TO_HAND))
    for number, side, sign in ((1, "left", 1), (2, "right", -1)):
        joint, link = joints[f"panda_finger_joint{number}"], links[f"panda_{side}finger"]
        _need(joint.find("parent")).set("link", "panda_link7")
        _set_origin(joint, (0, 0, FINGER_TO_HAND - TCP_TO_HAND), 0.0)
        for sx, sy, sz, height in _FINGER_BOXES:
            _add_box(link, (sx, sy, sz), (0, sign * sy / 2, height))
    for name in ("panda_joint8", "panda_hand_joint", "panda_grasptarget_hand"):
        robot.remove(joints[name])
    for name in ("panda_link8", "panda_hand", "panda_grasptarget"):
        robot.remove(links[name])
    return ET.tostring(robot, encoding="unicode")


def _strip(link: ET.Element, folder: Path, visuals: bool) -> None:
    """Leave out a link's collision meshes, and its looks if nobody looks."""
    for collision in link.findall("collision"):
        link.remove(collision)
    for visual in link.findall("visual"):
        if visuals:
            mesh = _need(visual.find("geometry/mesh"))
            mesh.set("filename", mesh.get("filename", "").replace("package:/", str(folder)))
        else:
            link.remove(visual)


def _move_frame_to_tool(joint: ET.Element, wrist: ET.Element, hand: ET.Element) -> None:
    """Shift link 7's frame along z and turn it about z: both leave joint 7's axis alone."""
    depth = HAND_TO_LINK7 + TCP_TO_HAND
    origin = _need(joint.find("origin"))
    x, y, z = (float(v) for v in origin.get("xyz", "").split())
    # Joint 7's frame is turned by +90 degrees about x: its z axis is the parent's -y, and
    # Rx(90) Rz(turn) = Ry(-turn) Rx(90).
    origin.set("xyz", f"{x} {y - depth} {z}")
    origin.set("rpy", f"{math.pi / 2} {-HAND_TURN} 0")
    for visual in wrist.findall("visual"):
        _set_origin(visual, (0, 0, -depth), -HAND_TURN)
    for visual in hand.findall("visual"):
        _set_origin(visual, (0, 0, -TCP_TO_HAND), 0.0)
        wrist.append(visual)
    _set_origin(_need(wrist.find("inertial")), (0, 0, 0), 0.0)
    _need(wrist.find("inertial/mass")).set("value", "1.2")  # link 7 and the hand


def _need(element: ET.Element | None) -> ET.Element:
    if element is None:
        raise ValueError("pybullet_data's panda.urdf is not the one this was written for (pybullet 3.2.7)")
    return element


def _set_origin(element: ET.Element, xyz: tuple[float, float, float], yaw: float) -> None:
    origin = element.find("origin")
    if origin is None:
        origin = ET.SubElement(element, "origin")
    rpy = origin.get("rpy", "0 0 0").split()
    origin.set("xyz", f"{xyz[0]} {xyz[1]} {xyz[2]}")
    origin.set("rpy", f"{rpy[0]} {rpy[1]} {float(rpy[2]) + yaw}")


def _add_box(link: ET.Element, size: tuple[float, float, float], xyz: tuple[float, float, float]) -> None:
    collision = ET.SubElement(link, "collision")
    ET.SubElement(collision, "origin", xyz=f"{xyz[0]} {xyz[1]} {xyz[2]}")
    ET.SubElement(ET.SubElement(collision, "geometry"), "box", size=f"{size[0]} {size[1]} {size[2]}")
