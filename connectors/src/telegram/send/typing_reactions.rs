//! Typing and reactions.

use base::verdict::{Report, Taken};
use serde::de::IgnoredAny;
use serde_json::json;

use super::SendContext;
use super::judge::judge;
use crate::MessageIds;
use crate::telegram::ids::{Within, message_of};

/// Reactions that a bot may set (telegram §10), without U+FE0F.
const REACTIONS: &str = "❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 \
                         🍾 💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡";

/// Shows typing for five seconds.
pub(super) async fn typing(line: &SendContext<'_>) -> Report {
    let mut parameters = line.address(line.place, true);
    parameters.insert("action".to_owned(), json!("typing"));
    call(line, "sendChatAction", &parameters.into()).await
}

/// Sets or removes the bot's single reaction to a message. Unsupported emoji are skipped, as are all reactions in chats
/// of Telegram Business.
pub(super) async fn reaction(line: &SendContext<'_>, message: &MessageIds, emoji: Option<&str>) -> Report {
    let emoji = emoji.map(plain);
    let known = emoji.as_deref().is_none_or(|emoji| REACTIONS.split(' ').any(|known| known == emoji));
    let found = message.external_id.as_deref().and_then(message_of);
    let found = found.filter(|(place, _)| !matches!(place.within, Within::Business { .. }));
    let Some((place, message_id)) = found.filter(|_| known) else { return Report::done(0, Taken::default()) };
    let reaction: Vec<_> = emoji.iter().map(|emoji| json!({ "type": "emoji", "emoji": emoji })).collect();
    let parameters = json!({ "chat_id": place.chat, "message_id": message_id, "reaction": reaction });
    call(line, "setMessageReaction", &parameters).await
}

/// Without the variation selector, as Telegram writes emoji.
fn plain(emoji: &str) -> String {
    emoji.replace('\u{fe0f}', "")
}

async fn call(line: &SendContext<'_>, method: &str, parameters: &serde_json::Value) -> Report {
    match line.api.call::<IgnoredAny>(line.bot.token, method, parameters).await {
        Ok(_) => Report::done(200, Taken::default()),
        Err(failed) => judge(line, &failed).report,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn telegram_knows_73_reactions_without_selectors() {
        let known: std::collections::BTreeSet<&str> = REACTIONS.split(' ').collect();
        assert_eq!(known.len(), 73);
        assert!(!REACTIONS.contains('\u{fe0f}'));
        assert!(known.contains(plain("❤️").as_str()) && known.contains(plain("🤷‍♂️").as_str()));
    }
}
