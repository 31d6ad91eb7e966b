"""The task families: a module for each group of siblings, and below them what they are made of.

`geometry`, `footprints` and `unchanged` say what holds; `room`, `places` and `beside_fixture` where there is
room; `motions` moves the hand and `resting` brings it to rest; `hindrances`, `symbols`, `aftermath` and
`foresight` foresee; `phrases` and `task` hold it together; `families` lists them all.
"""
