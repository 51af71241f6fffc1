"""Common words of questions about facts; words of the vocabulary are mixed with them."""

COUNTRIES = [
    "the UK",
    "the United Kingdom",
    "the US",
    "the USA",
    "France",
    "Germany",
    "Italy",
    "Spain",
    "Canada",
    "India",
    "Japan",
    "Poland",
    "Norway",
    "Sweden",
    "Brazil",
    "Chile",
    "Kenya",
    "Egypt",
    "Australia",
]
# The same place by another name.
ALIASES = [
    ["the UK", "the United Kingdom", "Britain", "Great Britain", "the United Kingdom"],
    ["the US", "the USA", "the United States", "America", "the United States of America"],
    ["the EU", "the European Union"],
    ["the UAE", "the United Arab Emirates"],
    ["NYC", "New York", "New York City"],
    ["Holland", "the Netherlands"],
    ["the UN", "the United Nations"],
]
ROLES = """mayor|director|chief executive|CEO|chair|chairman|chairwoman|head|owner|manager|coach|captain|headteacher
editor|rector|abbot|conductor|treasurer|secretary|curator|president|governor|minister of health|minister of finance
speaker|leader|chief engineer|head of research|head of sales|head gardener|librarian|bishop|prime minister|dean|chef
spokesperson|founder and director|head of human resources|CFO|CTO|general secretary|principal""".replace(
    "\n", "|"
).split("|")
MAKERS = dict(
    pair.split(":")
    for pair in """inventor:invented founder:founded architect:designed designer:designed
builder:built discoverer:discovered creator:created producer:produced planner:planned owner:owns developer:developed
sculptor:carved painter:painted donor:donated manufacturer:manufactured publisher:published buyer:bought
organiser:organised""".split()
)
ARTISTS = [
    line.split()
    for line in """author wrote written,writer wrote written,director directed directed
composer composed composed,painter painted painted,singer sang sung,editor edited edited,translator translated translated
""".replace("\n", ",").split(",")
    if line
]
BEGINNINGS = [
    line.split()
    for line in """begin began begins,start started starts,end ended ends,close closed closes
open opened opens,happen happened happens,finish finished finishes,appear appeared appears,arrive arrived arrives
leave left leaves,reopen reopened reopens""".replace("\n", ",").split(",")
]
BEST = (
    """largest oldest best fastest longest tallest first last newest smallest highest deepest youngest cheapest
heaviest busiest""".split()
    + ["most famous", "most expensive", "most popular", "second largest"]
)
TERMS = """warranty|guarantee|battery life|delivery time|shelf life|lifetime|return period|notice period|trial period
waiting time|probation period|contract|lunch break|training|guided tour|lease|charging time""".replace(
    "\n", "|"
).split("|")
SYMBOLS = "official language,language,currency,religion,anthem,motto,flag,national animal,climate,patron saint".split(
    ","
)
DEEDS = """built founded invented designed discovered created opened launched destroyed renovated renamed
restored completed finished established released published introduced sold bought moved closed rebuilt started
named found abolished signed registered installed""".split()
ATTRIBUTES = """name|password|wifi password|code|door code|motto|colour|budget|size|theme|rule|limit|dress code
menu|speciality|mission|slogan|website|postcode|nickname|emblem|symbol|format|version|voltage|power|capacity
production|income|revenue|turnover|rate|fee|rent|salary|grade|score|rank|record|parking fee|meeting room|start time
end time|lunch break|mail server|serial number|item number|order number|account number|tax number|patron saint|main product
nearest station|bus line|room number|floor|elevation|diameter|volume|age limit|minimum age|credit limit|daily rate
speed limit|brand|ingredient|staff|membership fee|annual fee|travel allowance|holiday allowance|vacation policy""".replace(
    "\n", "|"
).split("|")
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()

KIND_WORDS = """single double monthly weekly daily annual small large medium red green blue adult child family
electric manual new used first second return group evening morning standard deluxe paper plastic digital""".split()

PEOPLE = """friends children people students neighbours cousins guests classmates colleagues workers players
girls boys men women teachers tourists sisters brothers passengers visitors farmers nurses pupils members""".split()
