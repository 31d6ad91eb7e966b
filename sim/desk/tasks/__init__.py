"""The task families: a module for each group of siblings, and below them what they are made of.

`geometry` and `room` say what holds and where there is room, `motions` moves the hand, `hindrances` and
`symbols` foresee, `phrases` and `task` hold it together; `families` lists them all.
"""
