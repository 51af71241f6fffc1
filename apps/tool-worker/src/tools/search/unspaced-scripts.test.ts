import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createLocalSearch } from "./local.js";
import type { SearchProvider } from "./search-provider.js";

const signal = new AbortController().signal;

const TEXTS = {
  auth: "認証システムはJWTトークンを使います。有効期限は15分です。",
  mountain: "青葉山の標高は1203メートルです。",
  cooking: "りんごのケーキを焼くには、オーブンを180度に温めます。",
  bridge: "南京长江大桥位于江苏省南京市，全长6772米。",
  tea: "龙井茶产自杭州西湖，是著名的绿茶。",
  seoul: "서울은 대한민국의 수도이며 한강이 도시를 가로지른다.",
  kimchi: "김치는 배추를 소금에 절여 만든다.",
  bangkok: "กรุงเทพมหานครเป็นเมืองหลวงของประเทศไทย",
  rice: "ข้าวเหนียวมะม่วงเป็นขนมหวานที่นิยม",
  lao: "ວຽງຈັນເປັນນະຄອນຫຼວງຂອງປະເທດລາວ",
  hindi: "दिल्ली भारत की राजधानी है।",
  arabic: "القاهرة عاصمة مصر وأكبر مدنها.",
  hebrew: "ירושלים היא עיר הבירה.",
  german: "Die Donaudampfschifffahrtsgesellschaft fuhr durch die Straße nach Zürich.",
  polish: "Łódź leży w środkowej Polsce, a Tromsø w Norwegii.",
  vietnamese: "Hà Nội là thủ đô của Việt Nam, không phải Đà Nẵng.",
  russian: "Чайковский родился в городе Воткинск.",
};

let folder: string;
let search: SearchProvider;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "bullpen-scripts-"));
  const lines = Object.entries(TEXTS).map(([url, text]) => JSON.stringify({ title: "x", url, text }));
  await writeFile(join(folder, "texts.jsonl"), lines.join("\n"));
  search = createLocalSearch({ documents: folder });
});
after(() => rm(folder, { recursive: true }));

const PHRASES: readonly (readonly [phrase: string, best: keyof typeof TEXTS])[] = [
  ["青葉山", "mountain"],
  ["トークン", "auth"],
  ["JWTトークン", "auth"],
  ["ＪＷＴ ﾄｰｸﾝ", "auth"],
  ["jwt", "auth"],
  ["認証", "auth"],
  ["有効期限は何分ですか？", "auth"],
  ["青葉山 標高", "mountain"],
  ["青葉山の標高は何メートルですか", "mountain"],
  ["標高", "mountain"],
  ["山", "mountain"],
  ["１２０３メートル", "mountain"],
  ["りんごケーキの焼き方", "cooking"],
  ["オーブン", "cooking"],
  ["南京长江大桥有多长？", "bridge"],
  ["江苏省", "bridge"],
  ["龙井茶产自哪里", "tea"],
  ["绿茶", "tea"],
  ["서울", "seoul"],
  ["대한민국의 수도는 어디인가요?", "seoul"],
  ["한강", "seoul"],
  ["배추", "kimchi"],
  ["김치를 어떻게 만드나요", "kimchi"],
  ["เมืองหลวงของประเทศไทยคืออะไร", "bangkok"],
  ["มะม่วง", "rice"],
  ["ปะเทด ນະຄອນຫຼວງ", "lao"],
  ["भारत की राजधानी", "hindi"],
  ["عاصمة مصر", "arabic"],
  ["القَاهِرَة", "arabic"],
  ["יְרוּשָׁלַיִם", "hebrew"],
  ["strasse Zurich", "german"],
  ["Donaudampfschiff", "german"],
  ["Lodz", "polish"],
  ["tromso", "polish"],
  ["Ha Noi thu do", "vietnamese"],
  ["đà nẵng", "vietnamese"],
  ["ЧАЙКОВСКИЙ", "russian"],
];
for (const [phrase, best] of PHRASES) {
  test(`found: ${phrase}`, async () => {
    assert.equal((await search.search(phrase, signal))[0]?.url, best);
  });
}

for (const phrase of ["富士山の高さ", "北京故宫", "부산 해운대", "ภูเขา", "どこですか", "是什么"]) {
  test(`not found by what it shares with every text: ${phrase}`, async () => {
    const found = (await search.search(phrase, signal)).map(({ url }) => url);
    assert.ok(found.length <= 1, found.join());
  });
}

test("a word of any length is searched without a matrix of its size", async () => {
  assert.deepEqual(await search.search("x".repeat(200_000), signal), []);
});
