"""Sentences that ask for what a robot at this desk cannot do, or for nothing: does it say so?

The two lists have no sentence in common. The measure of confidence is fitted on FITTED. HELD_OUT was written
after that choice and serves for figures only; it has two kinds (law, body) that FITTED has nothing of.
"""

from collections.abc import Mapping

_FITTED: Mapping[str, str] = {
    "household": """
        make me a coffee; cook some pasta for dinner; wash the dishes please; fold the towels;
        iron my shirt; vacuum the living room; water the plants; feed the cat; walk the dog;
        take out the garbage; peel the potatoes; slice the bread; boil an egg; set the table for four;
        mop the kitchen floor; change the bed sheets; sew on a button for me; clean the windows;
        bake a chocolate cake; pour me a glass of water; wipe the counter with a sponge;
        put the banana into the bowl; hang the coat on the hook; bring me the newspaper;
        empty the dishwasher; sweep up the crumbs; stir the soup with a spoon;
        put the milk into the fridge; light the candles; open the wine bottle; make me a sandwich;
        fry two eggs; do the laundry; dust the bookshelf; scrub the bathtub; grind the pepper;
        toast the bread; polish my shoes; hang up the laundry; unpack the groceries; chop the onions;
        brew a pot of tea; defrost the freezer; put the baby to bed; brush my hair;
        load the washing machine; squeeze an orange; warm up the leftovers; fill the kettle with water;
        put the forks next to the plates; tie my shoelaces; wrap the present; crack the nuts;
        knead the dough; put the shirt into the wardrobe
    """,
    "talk": """
        hello there; how are you today; good morning; thank you very much; you are doing great;
        nice weather; i am tired; my name is anna; see you tomorrow; congratulations; happy birthday;
        i love this song; that was funny; never give up; let us talk about football; tell me a joke;
        sing me a song; what a lovely day it is; i do not like mondays; the train was late again;
        good evening everybody; what is up my friend; i feel a little sad; please forgive me;
        nice to meet you; you look wonderful; have a good weekend; i miss my family; that is not fair;
        let me think about it; whisper a secret to me; read me a poem; cheer me up; count to ten;
        say hello to my sister
    """,
    "elsewhere": """
        drive me to the airport; fly to the moon; climb the stairs; run a marathon; dance a waltz;
        jump up and down; swim across the river; paint the house; build a bridge; mow the lawn;
        park the car in the garage; call my mother; send an email to the office; book a flight to paris;
        buy some milk at the shop; play the piano; kick the ball into the goal; shake my hand;
        wave at the crowd; ride the bicycle; plant a tree in the garden; shovel the snow; catch a fish;
        dig a hole; throw the frisbee; sail around the world; take me to the cinema; repair the roof;
        win the chess game; ski down the hill; jog around the park; deliver this parcel to london;
        rob a bank; milk the cow; chase the thief; ring the church bell; dive into the pool;
        conduct the orchestra; saddle the horse; shoot an arrow; hitchhike to berlin; order a pizza;
        pay the electricity bill; post the letter; cut down the oak tree
    """,
    "words": """
        banana; seven purple ideas sleep; the the the the; lorem ipsum dolor sit amet; asdf qwerty;
        blah blah blah; of and to with; yesterday mountain slowly; green justice under water; xyzzy;
        zug flarn grobble; perhaps but then again; because the moon; a an the; quickly quickly quickly;
        one two three four five; tomato philosophy engine; hmm; never the less because;
        and so on and so forth; potato; colourless dreams argue loudly; no no no no no; veni vidi vici;
        hjkl uiop; yada yada yada; from by for at; tomorrow ocean gently; heavy music below zero;
        frobnicate; snorf glipper wendle; although maybe however; despite the sun; this that these;
        six nine twelve forty
    """,
    "questions": """
        what is the capital of france; who wrote hamlet; how old is the universe; why is the sky blue;
        what time is it; where do you come from; can you speak german; how much does it cost;
        what is two plus two; which team won yesterday; when does the shop open; do you like music;
        who are you; what is the meaning of life; how do i learn to cook
    """,
    "machines": """
        reboot the computer; install the update; delete all files; print this document;
        connect to the wifi; charge the phone; increase the volume; take a screenshot; scan the barcode;
        start the engine; select all from users; compile the program; mute the microphone;
        refuel the truck; open a new tab
    """,
}

_HELD_OUT: Mapping[str, str] = {
    "household": """
        make me a cup of cocoa; roast a chicken; wring out the mop; beat the carpets; darn my socks;
        whip the cream; descale the coffee machine; butter the toast; pluck a chicken;
        lay the tablecloth; air the bedroom; pit the cherries; shake out the pillow; rinse the lettuce;
        skim the soup
    """,
    "talk": """
        sorry i am late; sleep well; what a mess; my neighbour is very loud; you were right all along;
        i had a strange dream; keep me company; tell me about your childhood; cross my heart;
        take care of yourself
    """,
    "elsewhere": """
        go fishing with my uncle; climb mount everest; vote in the election; cross the road;
        hire a lawyer; pitch the tent; row the boat to the island; score a touchdown;
        feed the ducks in the pond; catch the last bus; put out the forest fire; carry me home;
        meet me at the station; win the lottery; plough the field
    """,
    "words": """
        umbrella; furious circles taste of tuesday; yes yes yes; carpe diem; wasd qazx; bim bam boum;
        beneath during unless; soon honey gravity; zorble; plim tark vedoo; nor neither either;
        eighty ninety hundred
    """,
    "questions": """
        how far is the sun; who painted the mona lisa; is it raining; how many legs has a spider;
        what shall we eat tonight; why do cats purr; which way is north; did you sleep well;
        what is your favourite colour; how tall is the eiffel tower
    """,
    "machines": """
        format the hard disk; restart the router; record a video; tune the radio; flash the firmware;
        refill the printer with paper; book a taxi with the app; sort this list; unlock the phone;
        back up my photos
    """,
    "law": """
        sign the contract; appeal against the verdict; file my tax return; swear an oath;
        translate the treaty; chair the meeting; audit the accounts; draft a complaint
    """,
    "body": """
        cut my hair; scratch my back; bandage the wound; take a deep breath; stretch your legs;
        check my pulse; pull out the tooth; massage my shoulders
    """,
}

ORDERS = ("household", "elsewhere", "machines", "law", "body")
"""Kinds whose sentences tell somebody to do something, so that they fit into frames: "please ..."."""


def _split(kinds: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    return {kind: tuple(" ".join(one.split()) for one in text.split(";")) for kind, text in kinds.items()}


FITTED: Mapping[str, tuple[str, ...]] = _split(_FITTED)
"""Kind -> sentences that a measure of confidence may be fitted on."""

HELD_OUT: Mapping[str, tuple[str, ...]] = _split(_HELD_OUT)
"""Kind -> sentences for figures alone."""
