"""The prompt words that the previz engine was trained on, with their synonyms. Other words have no effect, and are
named to the user. Loads no torch: the server lists these words."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from blender_mirage.wire.prompt import Vocabulary, read_prompt

MATERIALS = (
    "brick", "stone", "wood", "plaster", "concrete", "tile", "metal", "glass", "fabric", "foliage", "road", "earth",
    "paper",
)  # fmt: skip
HOURS = ("dawn", "day", "golden", "dusk", "night", "lamplit")
"""`lamplit`: by lamps rather than by the sky, at whatever hour."""
WEATHER = ("clear", "overcast", "fog")
MOODS = ("warm", "cool", "dark", "bright", "contrast", "flat")
PALETTE = (
    "saturated", "muted", "red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "grey", "white",
    "black",
)  # fmt: skip

WORDS = MATERIALS + HOURS + WEATHER + MOODS + PALETTE
"""Their order is part of the weights."""

_MEAN: dict[str, str] = {
    # materials
    "brick": "brickwork, masonry, bricked, brick wall, terracotta, 砖, 砖墙, 砖块",
    "stone": "stonework, rock, rocky, boulder, cliff, granite, marble, limestone, sandstone, slate, cobble, "
    "cobblestone, flagstone, pebble, gravel, castle, ruin, cave, 石, 石头, 石墙, 岩石, 大理石",
    "wood": "wooden, woody, timber, plank, planked, oak, oaken, pine, walnut, mahogany, birch, teak, cedar, lumber, "
    "log, parquet, plywood, hardwood, floorboard, boarded, panelled, paneled, panelling, paneling, cabin, 木, 木头, "
    "木质, 木制, 木板, 木地板",
    "plaster": "plastered, stucco, gypsum, drywall, whitewashed, painted, painted wall, dado, "
    "石膏, 灰泥, 粉刷",
    "concrete": "cement, brutalist, industrial, bunker, warehouse, precast, 混凝土, 水泥, 清水混凝土",
    "tile": "tiled, tiling, ceramic, porcelain, mosaic, checkered, chequered, checkerboard, chequerboard, 瓷砖, 地砖, "
    "马赛克",
    "metal": "metallic, steel, iron, ironwork, aluminium, aluminum, copper, brass, bronze, chrome, tin, corrugated, "
    "rusty, rusted, rust, sheet metal, wrought iron, 金属, 钢, 铁, 钢铁, 不锈钢, 生锈, 铜",
    "glass": "glassy, glazed, glazing, window, windowed, crystal, mirror, mirrored, 玻璃, 窗, 窗户, 镜子",
    "fabric": "cloth, textile, carpet, carpeted, rug, curtain, drape, drapery, velvet, linen, cotton, wool, woollen, "
    "woolen, upholstered, upholstery, canvas, tapestry, silk, leather, 布, 布料, 织物, 地毯, 窗帘, 丝绸",
    "foliage": "leaf, leaves, leafy, plant, tree, bush, hedge, shrub, forest, woodland, jungle, garden, "
    "grass, grassy, lawn, meadow, ivy, moss, mossy, vegetation, overgrown, park, fern, vine, 植物, 树, 树木, 树叶, "
    "森林, 草, 草地, 花园, 丛林",
    "road": "asphalt, tarmac, street, pavement, paved, highway, motorway, alley, alleyway, lane, kerb, curb, sidewalk, "
    "crosswalk, car park, parking lot, 道路, 马路, 街道, 公路, 沥青, 街, 路",
    "earth": "earthen, soil, dirt, mud, muddy, sand, sandy, desert, dune, beach, ground, clay, dust, dusty, terrain, "
    "泥土, 土地, 沙, 沙漠, 沙滩, 土",
    "paper": "wallpaper, papered, wallpapered, cardboard, 墙纸, 壁纸, 纸",
    # hour
    "dawn": "sunrise, daybreak, first light, early morning, morning, 黎明, 清晨, 日出, 早晨, 拂晓",
    "day": "daytime, daylight, daylit, midday, noon, afternoon, natural light, 白天, 日间, 中午, 正午, 下午, 日光",
    "golden": "golden hour, golden light, sunset, sundown, magic hour, late afternoon, low sun, evening sun, "
    "黄金时刻, 日落, 夕阳, 金色",
    "dusk": "twilight, blue hour, evening, nightfall, gloaming, 黄昏, 傍晚, 暮色, 蓝调时刻, 晚上",
    "night": "nighttime, night time, midnight, nocturnal, nite, starlit, starlight, 夜, 夜晚, 夜间, 黑夜, "
    "午夜, 深夜",
    "lamplit": "lamp, lamplight, lantern, street lamp, street light, streetlight, streetlamp, lamp lit, artificial "
    "light, tungsten, bulb, light bulb, spotlight, indoor light, fluorescent, 灯光, 路灯, 灯笼, 台灯, 灯, 钨丝灯",
    # weather
    "clear": "clear sky, blue sky, cloudless, fair weather, crisp air, 晴, 晴天, 晴朗, 蓝天",
    "overcast": "cloudy, cloud, clouded, grey sky, gray sky, rain, rainy, raining, drizzle, stormy, storm, wet, "
    "diffuse light, 阴天, 多云, 雨, 下雨, 雨天, 阴",
    "fog": "foggy, mist, misty, haze, hazy, smoke, smoky, smog, volumetric, atmospheric, steamy, 雾, 大雾, 薄雾, 烟雾",
    # mood
    "warm": "warmly lit, cozy, cosy, amber, warm tone, homely, 暖, 暖色, 温暖, 暖调, 温馨",
    "cool": "cold, chilly, icy, frosty, clinical, sterile, cool tone, wintry, winter, 冷, 冷色, 寒冷, 冷调, 冰冷",
    "dark": "pitch black, dim, dimly lit, gloomy, gloom, low key, shadowy, shadow, underexposed, moody, sombre, "
    "somber, ominous, dark tone, 暗, 黑暗, 昏暗, 阴暗, 低调",
    "bright": "high key, sunny, sunlit, sunlight, sunshine, sun, well lit, brightly lit, airy, light filled, "
    "brilliant, luminous, radiant, 亮, 明亮, 阳光, 高调",
    "contrast": "contrasty, high contrast, dramatic, hard, hard light, harsh, stark, punchy, chiaroscuro, "
    "dramatic light, 对比, 高对比, 强烈, 戏剧性, 硬光",
    "flat": "low contrast, soft, soft light, softly lit, diffuse, diffused, even light, evenly lit, gentle, "
    "柔和, 柔光, 平, 平淡, 低对比",
    # palette
    "saturated": "vivid, colourful, colorful, vibrant, rich colour, rich color, technicolor, technicolour, lively, "
    "鲜艳, 饱和, 彩色",
    "muted": "desaturated, faded, pastel, washed out, bleached, subdued, dull, drab, pale, earthy, 淡, 褪色, 低饱和",
    "red": "crimson, scarlet, ruby, maroon, burgundy, vermilion, reddish, blood red, 红, 红色",
    "orange": "orangey, tangerine, apricot, peach, 橙, 橙色, 橘色",
    "yellow": "yellowish, lemon, mustard, ochre, ocher, golden yellow, 黄, 黄色",
    "green": "greenish, emerald, olive, lime, mint, sage, 绿, 绿色",
    "blue": "bluish, navy, azure, cobalt, indigo, sapphire, sky blue, cyan, turquoise, 蓝, 蓝色, 青色",
    "purple": "violet, lilac, lavender, magenta, mauve, plum, purplish, 紫, 紫色",
    "pink": "rose, pinkish, salmon, fuchsia, coral, 粉, 粉色, 粉红",
    "brown": "brownish, tan, chocolate, coffee, umber, sienna, beige, chestnut, sepia, 棕, 棕色, 褐色, 咖啡色",
    "grey": "gray, greyish, grayish, silver, charcoal, monochrome, monochromatic, ash, ashen, colourless, colorless, "
    "灰, 灰色, 单色",
    "white": "whitish, ivory, cream, creamy, snow, snowy, snow covered, chalk, off white, 白, 白色, 雪, 雪地",
    "black": "blackish, ebony, jet black, 黑, 黑色",
}  # fmt: skip
"""What says the same as each word, parted by commas."""

_MEAN_SEVERAL: dict[str, tuple[str, ...]] = {
    "noir": ("dark", "contrast", "grey"),
    "film noir": ("dark", "contrast", "grey"),
    "black and white": ("grey",),
    "黑白": ("grey",),
    "黑色电影": ("dark", "contrast", "grey"),
    "neon": ("night", "lamplit", "saturated"),
    "cyberpunk": ("night", "lamplit", "saturated"),
    "霓虹": ("night", "lamplit", "saturated"),
    "赛博朋克": ("night", "lamplit", "saturated"),
    "candle": ("lamplit", "warm"),
    "candlelit": ("lamplit", "warm"),
    "candlelight": ("lamplit", "warm"),
    "firelight": ("lamplit", "warm"),
    "firelit": ("lamplit", "warm"),
    "烛光": ("lamplit", "warm"),
    "moonlit": ("night", "cool"),
    "moonlight": ("night", "cool"),
    "月光": ("night", "cool"),
    "teal": ("blue", "green"),
    "teal and orange": ("blue", "orange", "contrast"),
    "skyscraper": ("glass", "concrete"),
    "log cabin": ("wood", "brown"),
    "horror": ("dark", "cool"),
    "恐怖": ("dark", "cool"),
    "dreamy": ("bright", "flat"),
    "romantic": ("warm", "flat"),
    "浪漫": ("warm", "flat"),
    "bleak": ("muted", "cool"),
    "cheerful": ("bright", "saturated"),
}
SYNONYMS: dict[str, tuple[str, ...]] = {
    **{text.strip(): (word,) for word, texts in _MEAN.items() for text in texts.split(",")},
    **_MEAN_SEVERAL,
}
_FILLERS = (
    "a an and as at by but for from in into is it its of off on or over the this that to under up very with all any "
    "some there where light lit lighting scene mood look looking colour color tone style film cinematic cinema movie "
    "shot frame picture image photo photograph photographic realistic photorealistic texture textured material "
    "surface weather hour time sky atmosphere palette wall floor ceiling room interior exterior inside outside place "
    "set location made covered full old new small big large high low "
    "的 和 与 在 有 是 里 中 色 风格 场景 光 光线 电影 画面 照片 墙 墙壁 地板 房间 室内 室外 天空 材质"
)
VOCABULARY = Vocabulary(
    WORDS, SYNONYMS, tuple(_FILLERS.split()), tuple("no not non without never 没有 不 无 非".split())
)


def prompt_words(prompt: str) -> NDArray[np.float32]:
    """[W] 1 where a word of `WORDS` is meant."""
    known = read_prompt(prompt, VOCABULARY).known
    return np.array([word in known for word in WORDS], np.float32)
