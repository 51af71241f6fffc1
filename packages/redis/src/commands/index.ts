export { ChannelListener } from "./channel-listener.js";
export { KEY_PREFIX } from "./key-prefix.js";
export { LuaScript } from "./lua-script.js";
export { isUnreadable, isWrongType, readKey, readRecord, repliesOf } from "./read-record.js";
