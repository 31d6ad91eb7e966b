"""The edge where Hydra ends: typed options in, frozen dataclasses out. No other room sees Hydra.

Each verb declares a frozen dataclass, CONFIG. Its fields, their defaults and the comments at their line
ends are the verb's options, their defaults and their help. Hydra composes `configs/<verb>.yaml` over it,
applies the overrides and refuses what is unknown; the result is turned into the dataclass.

    options    lists the options of a configuration class
    overrides  reads and checks arguments of the form key=value
    schemas    converts between our dataclasses and what OmegaConf can hold
    compose    puts these together: verb and overrides in, dataclass out
"""
