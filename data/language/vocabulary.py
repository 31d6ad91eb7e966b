"""What things may be called: the words for colours, shapes and furniture, and how they make a name.

Everything that we can think of is listed here, because a word that is never listed is hardly ever
understood (colours worst); so the module is long, and it is tables of words and nothing else. The notation
is that of `data.language.lexicon`. What is kept out of training is declared in `data.language.held_out`.
"""

from dataclasses import dataclass

from data.language.lexicon import expand

COLOUR_WORDS: dict[str, tuple[str, ...]] = {
    "red": expand(
        "red|crimson|scarlet|ruby_red|fire_red|cherry|vermilion|ruby|blood_red|tomato_red|"
        "poppy_red|cardinal_red|strawberry_red|bright_red|carmine|deep_red|dark_red|pure_red|"
        "vivid_red|ferrari_red|lobster_red|brick_red|apple_red|lipstick_red|chili_red|pepper_red|"
        "flame_red|traffic_red|wine_red|cranberry|cranberry_red|ladybird_red|claret|garnet|rouge|"
        "reddish|candy_red|beetroot_red|raspberry_red|oxblood|coral_red|currant_red|cinnabar|"
        "radish_red|fire_engine_red|neon_red|sanguine"
    ),
    "green": expand(
        "green|emerald|grass_green|leaf_green|forest_green|jade|lime_green|lime|olive_green|"
        "olive|mint_green|mint|moss_green|pine_green|apple_green|pea_green|fern_green|shamrock|"
        "bright_green|deep_green|dark_green|light_green|pale_green|vivid_green|neon_green|"
        "kelly_green|hunter_green|sage|sage_green|avocado|avocado_green|pistachio|spring_green|"
        "bottle_green|clover_green|cucumber_green|frog_green|basil_green|spinach_green|viridian|"
        "malachite|greenish|verdant|ivy_green|lettuce_green|kiwi_green|jungle_green|racing_green|"
        "parrot_green|grassy|leafy|crocodile_green|cactus_green|broccoli_green|herbal_green|"
        "meadow_green|pickle_green"
    ),
    "blue": expand(
        "blue|royal_blue|cobalt|azure|sea_blue|sapphire|navy|navy_blue|sky_blue|ocean_blue|"
        "ultramarine|cerulean|denim_blue|cornflower_blue|bright_blue|deep_blue|dark_blue|"
        "light_blue|pale_blue|vivid_blue|neon_blue|baby_blue|powder_blue|steel_blue|"
        "electric_blue|lapis|lapis_blue|marine_blue|midnight_blue|arctic_blue|ice_blue|bluebell|"
        "blueberry_blue|bluish|prussian_blue|cyan|peacock_blue|pacific_blue|lagoon_blue|"
        "river_blue|jeans_blue|oxford_blue|delft_blue|egyptian_blue|cobalt_blue|water_blue|"
        "whale_blue|forget_me_not_blue|gentian_blue|topaz_blue|police_blue"
    ),
    "yellow": expand(
        "yellow|golden|lemon_yellow|sun_yellow|canary|gold|lemon|mustard|mustard_yellow|"
        "banana_yellow|butter_yellow|honey_yellow|daffodil|sunflower_yellow|bright_yellow|"
        "deep_yellow|pale_yellow|light_yellow|vivid_yellow|neon_yellow|corn_yellow|corn|maize|"
        "custard_yellow|buttercup|buttercup_yellow|dandelion|dandelion_yellow|primrose|"
        "school_bus_yellow|taxi_yellow|chick_yellow|duckling_yellow|bumblebee_yellow|"
        "cheese_yellow|egg_yolk_yellow|citrus_yellow|yellowish|sunny|sunshine_yellow|blonde|"
        "flaxen|straw_yellow|gilded|goldenrod|wheat_yellow|bee_yellow|turmeric_yellow|"
        "yolk_yellow|golden_yellow"
    ),
    "orange": expand(
        "orange|tangerine|carrot_orange|pumpkin|mandarin|apricot|clementine|carrot|marmalade|"
        "persimmon|sunset_orange|bright_orange|deep_orange|pale_orange|light_orange|vivid_orange|"
        "neon_orange|fox_orange|goldfish_orange|tiger_orange|satsuma|kumquat|papaya_orange|"
        "melon_orange|mango_orange|ginger|rust_orange|rusty_orange|orangey|burnt_orange|"
        "fiery_orange|traffic_cone_orange|basketball_orange|squash_orange|sweet_potato_orange|"
        "nectarine|tangelo|cantaloupe|flame_orange|autumn_orange|paprika_orange|safety_orange|"
        "orangeish|carrot_coloured_orange|amber_orange|peach_orange"
    ),
    "purple": ("purple", "violet"),
    "pink": expand(
        "pink|rose|rosy|pale_pink|bubblegum|flamingo|hot_pink|candy_pink|baby_pink|rose_pink|"
        "blossom_pink|blush|pinkish|bright_pink|deep_pink|light_pink|soft_pink|vivid_pink|"
        "neon_pink|pastel_pink|salmon_pink|coral_pink|piglet_pink|pig_pink|barbie_pink|"
        "candyfloss_pink|peony|peony_pink|carnation_pink|watermelon_pink|raspberry_pink|"
        "shocking_pink|rosebud|roseate|tulip_pink|ballet_pink|powder_pink|shell_pink|"
        "grapefruit_pink|cupcake_pink|lipstick_pink|guava_pink|azalea|hibiscus_pink|sakura_pink|"
        "petal_pink|dusky_pink|lotus_pink|marshmallow_pink|fuchsia_pink|magenta_pink|"
        "strawberry_pink"
    ),
    "white": expand(
        "white|snow_white|ivory|chalk_white|milky|snowy|pearl_white|pearl|paper_white|bone_white|"
        "off_white|cotton_white|alabaster|bright_white|pure_white|clean_white|brilliant_white|"
        "plain_white|cream|cream_white|creamy|cloud_white|rice_white|sugar_white|salt_white|"
        "lily_white|swan_white|eggshell_white|porcelain|porcelain_white|ghost_white|arctic_white|"
        "polar_white|frosty|frost_white|whitish|whitewashed|bleached|coconut_white|marble_white|"
        "dove_white|linen_white|sheet_white|winter_white|daisy_white|wedding_white|moon_white|"
        "flour_white|enamel_white|opal_white|polar_bear_white|toothpaste_white"
    ),
    "black": expand(
        "black|jet_black|coal_black|pitch_black|ebony|charcoal|onyx|raven_black|ink_black|inky|"
        "midnight_black|soot_black|obsidian|deep_black|pure_black|dark_black|plain_black|"
        "velvet_black|tar_black|oil_black|magpie_black|panther_black|night_black|carbon_black|"
        "liquorice_black|sable|blackish|blackened|sooty|tyre_black|rubber_black|piano_black|"
        "leather_black|lava_black|asphalt_black|blackboard_black|matt_black|glossy_black|"
        "shadow_black|space_black|bat_black|raven|jet|caviar_black|domino_black|vinyl_black|"
        "graphite_black|noir|tarry|coal|charred|beetle_black|bible_black"
    ),
    "brown": ("brown", "chocolate"),
}
"""Adjectives of each colour, the plainest first. A word stands under the one colour of the catalogue
that it fits: amber (yellow or orange) and dark (black, blue or brown) would tell nothing apart."""


@dataclass(frozen=True)
class Noun:
    """What a shape may be called."""

    word: str
    shape: str  # the shape that it is used for
    taken_for: frozenset[str]  # the shapes a listener may take it for, the shape itself among them

    @property
    def plain(self) -> bool:
        """Whether it is the shape's own name."""
        return self.word == self.shape


def _nouns(shape: str, *table: tuple[str, tuple[str, ...]]) -> tuple[Noun, ...]:
    return tuple(
        Noun(word, shape, frozenset({shape, *shapes})) for words, shapes in table for word in expand(words)
    )


_BLOCKS = ("cube", "bar", "tile", "cylinder")
NOUNS: dict[str, tuple[Noun, ...]] = {
    "cube": _nouns(
        "cube",
        ("cube|dice|cube_shaped_object|cube_shaped_block", ()),
        ("cubic_object|cubic_block|cubic_piece|cubical_block|cubic_thing|cubical_object|cubic_item", ()),
        ("perfect_cube|little_cube|small_cube|cube_piece|cubic_shape|cube_shape|cube_block|cubelet", ()),
        ("hexahedron|six_sided_block|ice_cube|sugar_cube|toy_cube|wooden_cube|cubed_block|lego_cube", ()),
        ("box|square_block|square_object|square_piece|square_item|crate|carton", ("tile",)),
        ("boxy_object|boxy_block|case|package|parcel|small_box|little_box|gift_box|packet", ("tile",)),
        ("cardboard_box|squared_block|square_thing|boxlike_thing", ("tile",)),
        ("block|building_block|toy_block|wooden_block|small_block|solid_block", _BLOCKS),
    ),
    "cylinder": _nouns(
        "cylinder",
        (
            "cylinder|can|tin|drum|barrel|canister|upright_cylinder|tube|pillar|column|jar|keg|cask|tin_can",
            (),
        ),
        ("standing_cylinder|tall_cylinder|long_cylinder|roller|spool|bobbin|flask|bottle|soda_can", ()),
        ("soup_can|beer_can|drink_can|vase|candle|battery|cup|mug|beaker|tumbler|thermos|stump", ()),
        ("vat|bucket|pot|churn|silo|pipe|rounded_column|round_pillar|round_tin|chimney|water_tank", ()),
        ("oil_drum|urn|spindle|cork|stopper|pail|pitcher|jug|glass|chalice|tank|thimble|canteen", ()),
        ("cylindrical_object|cylindrical_block|cylinder_shaped_object|round_object|round_block", ("puck",)),
        ("cylindrical_thing|cylindrical_piece|cylindrical_item|cylinder_piece|small_cylinder", ("puck",)),
        ("round_thing|round_item|rounded_object|cylinder_block|little_cylinder", ("puck",)),
    ),
    "bar": _nouns(
        "bar",
        ("bar|stick|beam|rod|plank|bar_shaped_object|stick_shaped_object", ()),
        ("baton|log|pole|strip|ingot|girder", ()),
        ("bar_piece|bar_block|long_stick|small_bar|little_bar|long_rod|long_beam|candy_bar|rafter", ()),
        ("joist|batten|lath|slat|ruler|crowbar|lumber|timber|wand|staff|cane|twig|branch|pencil", ()),
        ("pen|toothpick|rung|spar|shaft|wooden_bar|matchstick|chopstick|broomstick|sceptre|truncheon", ()),
        ("long_block|long_object|long_piece|long_bar|long_thing", ()),
        ("oblong_block|elongated_block|elongated_object|oblong_object|oblong_piece|oblong", ()),
        ("long_item|long_shape|elongated_piece|elongated_item|elongated_thing|lengthy_object", ()),
        ("lengthy_block|long_narrow_block|narrow_block|narrow_object|narrow_piece|stretched_block", ()),
        ("longish_thing|slender_object|slender_block|longest_object", ()),
        ("brick|rectangular_block|rectangular_object|rectangular_piece|cuboid", ("cube", "tile")),
        ("rectangular_prism|rectangular_item|rectangular_thing|rectangular_solid", ("cube", "tile")),
        ("block", _BLOCKS),
    ),
    "tile": _nouns("tile", ("tile|square_tile", ()), ("slab", ("bar", "puck"))),
    "puck": _nouns(
        "puck",
        ("puck|disc|hockey_puck|coin|token|disc_shaped_object|puck_shaped_object|disc_shaped_piece", ()),
        ("checker|chip|wheel|medal|medallion|poker_chip", ()),
        ("small_disc|little_disc|round_disc|disc_piece|puck_piece|round_puck|ice_hockey_puck", ()),
        ("frisbee|bottle_cap|cookie|biscuit|pancake|washer|draughts_piece|pill|tablet", ()),
        ("coaster|penny|cent|nickel|dime|doubloon|casino_chip|badge|pastille|pie|wafer|roundel", ()),
        ("discus|hub_cap|flat_wheel|short_cylinder|squat_cylinder|thin_cylinder", ()),
        ("flattened_cylinder|low_cylinder|flat_circle|circular_disc|flat_circular_object|tart", ()),
        ("flat_disc|flat_cylinder|flat_round_object|flat_round_piece|flat_round_thing|cap", ()),
        ("round_object|round_piece|circular_object|circular_piece|circular_block", ("cylinder",)),
        ("round_thing|circular_item|circular_thing", ("cylinder",)),
        ("flat_object|flat_piece|flat_thing|thin_object|flat_item", ("tile",)),
    ),
}

ANYTHING = expand("object|thing|item|piece")
"""Nouns that fit every movable object."""

WITH_COLOUR = (
    *expand("the|that {colour} {noun}"),
    "the {colour} coloured {noun}",
    *expand("the {noun} that|which is {colour}"),
    *expand("the {noun} with the {colour} colour"),
)
"""How a colour and a noun name one thing; with `ANYTHING` for the noun if the colour is enough."""

BY_COLOUR = (*expand("the|that {colour} one"), "the {colour} coloured one", "the one that is {colour}")
"""Further ways when the colour alone tells it apart."""

BY_SHAPE = (*expand("the |only {noun}"), "that {noun}")
"""Ways when the shape alone tells it apart."""

BY_NAME = ("the {noun}", "that {noun}")
"""Ways for a name without a colour, beside a longer one that ends alike: "the mug" beside a red mug."""

FIXTURE_PHRASES: dict[str, tuple[str, ...]] = {
    "drawer": (
        *expand("the drawer"),
        *expand("the desk|table|storage|pull_out drawer"),
        *expand("the drawer of|in the desk|table"),
        *expand("the compartment|storage_compartment|cabinet"),
        *expand("the wooden|desk's|table's drawer"),
        *expand("the drawer under|below the desk|table"),
        *expand("the storage_bin|storage_unit|storage_space|locker|chest|cupboard"),
        *expand("the sliding|little|big|tool|office|kitchen|lower|filing|desktop drawer"),
        *expand("the drawer of this|our desk|table"),
        *expand("the drawer with the handle"),
        *expand("the drawer that pulls_out|slides_out"),
        *expand("the drawer_unit|drawer_box|bureau|dresser|pull_out_box|pull_out_bin|sliding_box"),
        *expand("the storage_box|storage_chest|storage_place|storage_area|cubby|cubbyhole|coffer"),
        *expand("the till|safe|wardrobe|closet|sideboard|chest_of_drawers|pigeonhole|vault|trunk"),
    ),
    "sliding door": (
        *expand("the sliding_door|door"),
        *expand("the sliding_panel|panel|door_panel|slide_door"),
        *expand("the door|sliding_door of|on the desk|table"),
        *expand("the door|panel on the rail"),
        *expand("the shutter|hatch|gate"),
        *expand("the wooden|desk's door"),
        *expand("the door that slides"),
        *expand("the slider|sliding_board|sliding_wall|sliding_cover|partition|screen"),
        *expand("the moving|movable|little|big|glass|table's door"),
        *expand("the desk|table door"),
        *expand("the slide_panel|sliding_screen|sliding_partition|moving_panel|movable_panel|blind"),
        *expand("the curtain|divider|room_divider|barrier|cover|flap|doorway|entrance|portal|sash"),
        *expand("the window|sliding_window|door_leaf|sliding_part|sliding_plate|door_slide|sliding_entrance"),
        *expand("the door with the handle|knob"),
        *expand("the door on rails|its_track|its_rail"),
        *expand("the door that moves sideways"),
    ),
    "button": (
        *expand("the led|led_light|button_light"),
        *expand("the small|little|tiny light"),
        *expand("the indicator|indicator_light|signal_light|control_light"),
        *expand("the light of|by|at the button"),
        *expand("the button's light|led"),
        *expand("the diode|beacon"),
        *expand("the status_light|pilot_light|warning_light|led_indicator|signal"),
        *expand("the little|small|tiny|round led"),
        *expand("the light that belongs_to the button"),
        *expand("the button|signal|indicator|status|power|mini led"),
        *expand("the status_indicator|alarm_light|alert_light|notification_light|power_light"),
        *expand("the power_indicator|ready_light|standby_light|push_button_light|button_indicator"),
        *expand("the little|small|tiny indicator|signal"),
        *expand("the blinker|pinpoint_light|pin_light|mini_light|micro_light|display_light|call_light"),
        *expand("the dashboard_light|check_light|cue_light|safety_light|control_lamp|signal_lamp"),
        *expand("the led|light next_to|beside|near|above the button"),
        *expand("the led on|of the desk|table"),
        *expand("the light with|on the button"),
        *expand("the light|led that the button controls|switches"),
        *expand("the glowing|coloured|electronic led"),
    ),
    "lever switch": (
        *expand("the lamp"),
        *expand("the light_bulb|bulb|lightbulb"),
        *expand("the desk|table|reading|big|large lamp"),
        *expand("the big|large light"),
        *expand("the lamp on the desk|table"),
        *expand("the lantern|spotlight"),
        *expand("the reading_light|desk_light|table_light|main_light|overhead_light|torch"),
        *expand("the bright|tall|standing lamp"),
        *expand("the lamp with|of the lever|switch"),
        *expand("the overhead|floor|bedside|night|office|study|work|room|electric|halogen lamp"),
        *expand("the street|standard|stage|ceiling|hanging|lever|working lamp"),
        *expand("the work|room|electric|strong|bright|larger|bigger|lever|stage|ceiling light"),
        *expand("the big|large|bright|glass|glowing|filament bulb"),
        *expand("the lamplight|light_fixture|floodlight|flashlight|headlight|searchlight|chandelier"),
        *expand("the sconce|luminaire|lampshade|streetlight|lamp_bulb|projector|sun_lamp|bigger_lamp"),
        *expand("the lamp|light next_to|beside|near|of|by|at the lever"),
        *expand("the lever's|switch's lamp|light"),
        *expand("the lamp|light that the lever|switch controls"),
        *expand("the light that belongs_to the lever"),
    ),
    "tray": (
        *expand("the tray"),
        *expand("the shallow|flat|open|serving tray"),
        *expand("the tray on the desk|table"),
        *expand("the platter|dish|basin"),
        *expand("the low|little|rectangular tray"),
        *expand("the plate|saucer|pan|bowl|salver|flat_container|open_container"),
        *expand("the plain|wide|small|big|large|wooden|tea|food|baking|paper|metal|plastic tray"),
        *expand("the dinner|breakfast|lunch|cafeteria|letter|sorting|collection|oven|grey tray"),
        *expand("the serving_plate|serving_board|dinner_plate|shallow_plate|flat_plate|shallow_bowl"),
        *expand("the flat_bowl|shallow_container|shallow_pan|baking_pan|baking_sheet|cookie_sheet"),
        *expand("the basket|shallow_basket|holder|carrier|pallet|trough|sink|tub|casserole|skillet"),
        *expand("the in_tray|receptacle|vessel|shallow_vessel|tray_area|trencher|bread_basket"),
        *expand("the tray with the rim|low_rim|edge"),
    ),
}
"""What the furniture is called, the plainest first. The button stands for the LED that it toggles and
the lever switch for the lamp; no phrase may mean both lights, so a bare "the light" is not among them."""

TOLD_FIXTURES = {
    "drawer": "the drawer",
    "sliding door": "the sliding door",
    "button": "the led",
    "lever switch": "the lamp",
    "tray": "the tray",
}
"""What the furniture is called in reports."""
