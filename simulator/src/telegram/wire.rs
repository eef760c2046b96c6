//! Telegram behind the kit: its words as tables, and its answers to the kit's questions.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

use super::options::{Options, Own, Telegram};
use super::params::Refusal;
use super::{acts, api, hook, updates};
use crate::kit::{
    ActWord, Answer, Call, Core, Done, Fault, FaultWords, Handlers, Hook, HookFault, Id, Kind, Look, Message, Named,
    Now, PLAIN, Policy, Post, Reply, Sample, Verb, Wire, Words,
};

/// What may be around the content of a message.
const AROUND: &[&str] = &["quote", "external", "forward", "anonymous", "signature", "date", "fields"];

impl Wire for Options {
    type Own = Own;
    type Key = i64;

    const LOOK: Look = Look {
        title: "Telegram",
        class: "telegram",
        starts: true,
        edits: true,
        emoji: &["👍", "❤", "🔥", "😁", "😢", "🎉"],
        troubles: &[
            ("hijack", r#"{"hijack": {line}, "url": "https://another-service.example/telegram"}"#),
            ("revoke", r#"{"revoke": {line}}"#),
            ("renew", r#"{"renew": {line}}"#),
        ],
        words: include_str!("words.tsv"),
        ..PLAIN
    };
    const ACTS: &'static [ActWord] = &[
        ("start", Verb::Start, &["payload"]),
        ("send", Verb::Send, AROUND),
        ("album", Verb::Own, AROUND),
        ("edit", Verb::Edit, &[]),
        ("edit_caption", Verb::Own, &["caption"]),
        ("move_location", Verb::Own, &["latitude", "longitude", "heading"]),
        ("react", Verb::React, &["emoji"]),
        ("press", Verb::Press, &["row", "column"]),
        ("press_old", Verb::Own, &["data"]),
        ("delete", Verb::Remove, &[]),
        ("block", Verb::Block, &[]),
        ("unblock", Verb::Unblock, &[]),
        ("delete_account", Verb::Own, &[]),
        ("add_bot", Verb::Own, &["group", "by"]),
        ("promote", Verb::Own, &["group", "by"]),
        ("upgrade_group", Verb::Own, &["group", "by"]),
        ("retitle", Verb::Own, &["group", "title", "by"]),
        ("connect", Verb::Own, &["owner", "can_reply"]),
        ("disconnect", Verb::Own, &["owner"]),
        ("raw", Verb::Own, &["update"]),
    ];
    const KINDS: &'static [Kind] = &[
        Kind::new("text", &["entities"]),
        Kind::new("photo", &[]).sample(Sample::PICTURE).button("photo", ""),
        Kind::new("video", &[]).sample(Sample::CLIP).button("video", ""),
        Kind::new("video_note", &[]).sample(Sample::CLIP).button("video_note", ""),
        Kind::new("animation", &[]).sample(Sample::CLIP).button("animation", ""),
        Kind::new("voice", &[]).sample(Sample::VOICE).button("voice", ""),
        Kind::new("audio", &["performer", "title"]).sample(Sample::MELODY).button("audio", ""),
        Kind::new("document", &[]).sample(Sample::OFFER).button("file", ""),
        Kind::new("sticker", &["emoji", "set_name", "form"])
            .sample(Sample::STICKER)
            .button("sticker", r#"{"emoji": "👍"}"#),
        Kind::new("live_photo", &[]).sample(Sample::PICTURE).button("live_photo", ""),
        Kind::new("location", &["latitude", "longitude", "live_period", "heading", "horizontal_accuracy"])
            .button("location", r#"{"latitude": 55.7522, "longitude": 37.6156}"#),
        Kind::new("venue", &["latitude", "longitude", "title", "address"]),
        Kind::new("contact", &["phone_number", "first_name", "last_name", "user_id", "vcard"])
            .button("contact", r#"{"phone_number": "+79990002233", "first_name": "Acme"}"#),
        Kind::new("own_contact", &[]).button("own_contact", ""),
        Kind::new("poll", &["question", "options"])
            .button("poll", r#"{"question": "When does it suit you?", "options": ["Today", "Tomorrow"]}"#),
        Kind::new("dice", &["emoji", "value"]).button("dice", r#"{"emoji": "🎲", "value": 4}"#),
        Kind::new("story", &["chat", "id"]),
        Kind::new("paid_media", &["stars"]),
        Kind::new("checklist", &["title", "tasks"]),
        Kind::new("rich_message", &["blocks"]),
        Kind::new("raw", &["fields"]),
    ];
    const FAULTS: FaultWords = FaultWords { call: "method", hook: "update", to: "chat", own: &[] };
    const HANDLERS: Handlers<Self> = Handlers {
        place: acts::place,
        next_message: |state, dialog| acts::next_message(state, dialog),
        compose: acts::compose,
        report: acts::report,
        act: acts::own,
        json: |state, dialog, message| state.message_json(&dialog.line, dialog, message),
    };
    const HOOKS: Policy = Policy {
        limit: Duration::from_secs(60),
        at_once: 100_000,
        keeps_order: true,
        late_keeps_lane: true,
        lives: updates::LIVES - 1,
        wait: hook::wait,
        accepts: |status, _| (200..300).contains(&status),
    };
    /// An upload has 50 MB plus overhead.
    const LARGEST: usize = 51 * 1024 * 1024;

    fn clock(&self) -> Now {
        self.now.clone()
    }

    fn name(&self, state: &Telegram, call: &Call) -> Result<Named, Answer> {
        api::name(state, call).map_err(|refusal| refusal.answer())
    }

    async fn answer(core: &Arc<Core<Self>>, named: &Named, call: &Call) -> Answer {
        api::call(core, named, call).await
    }

    fn refuse(&self, _named: &Named, _call: &Call, fault: &Fault) -> Answer {
        let refusal = match fault {
            Fault::TooMany { retry_after } => Refusal::too_many(retry_after.unwrap_or(1)),
            Fault::Refuse { status, code, message, more } => {
                let code = code.as_u64().and_then(|code| u16::try_from(code).ok()).unwrap_or(*status);
                let migrate_to = more.get("migrate_to").and_then(Value::as_i64);
                Refusal { migrate_to, ..Refusal::new(code, message.clone()) }
            }
            Fault::ServerError { status } if *status != 500 => Refusal::new(*status, "Bad Gateway"),
            _ => Refusal::new(500, "Internal Server Error: restart"),
        };
        refusal.answer()
    }

    fn done(&self, done: &Done) -> Value {
        // The id of a start is that of the message which it writes.
        let is_start = done.messages.is_empty() && !done.dialog.is_empty() && !done.id.is_empty();
        let (messages, id) =
            if is_start { (vec![done.id.clone()], "") } else { (done.messages.clone(), done.id.as_str()) };
        json!({"messages": messages, "id": id, "chat": done.dialog.number()})
    }

    fn post(&self, state: &Telegram, hooks: &[&Hook], _fault: Option<HookFault>) -> Option<Post> {
        hook::post(state, hooks.first()?)
    }

    /// What waited too long is taken to be dropped.
    fn is_ready(&self, state: &Telegram, hook: &Hook) -> bool {
        updates::is_expired(hook, state.now) || state.has_free_connection(&hook.line)
    }

    fn settled(&self, state: &mut Telegram, hook: usize, reply: &Reply) {
        hook::settled(state, hook, reply);
    }

    fn describe(&self, words: Words, _state: &Telegram, message: &Message) -> Vec<String> {
        let Some(fields) = message.parts.first() else { return Vec::new() };
        let one = &fields[message.kind.as_str()];
        let text = |of: &Value, key: &str| of[key].as_str().unwrap_or_default().to_owned();
        let list = |key: &str| {
            let all = one[key].as_array().into_iter().flatten();
            all.map(|one| format!("• {}", text(one, "text"))).collect::<Vec<_>>()
        };
        match message.kind.as_str() {
            "text" | "service" => Vec::new(),
            "sticker" if one["is_animated"] == true => vec![text(one, "emoji")],
            _ if !message.files.is_empty() => Vec::new(),
            "location" => {
                let word = if one.get("live_period").is_some() { "live" } else { "location" };
                vec![format!("📍 {}: {}, {}", words.get(word), one["latitude"], one["longitude"])]
            }
            "venue" => vec![format!("📍 {}, {}", text(one, "title"), text(one, "address"))],
            "contact" => {
                let names = format!("{} {}", text(one, "first_name"), text(one, "last_name"));
                vec![format!("👤 {} {}", names.trim(), text(one, "phone_number"))]
            }
            "poll" => [vec![format!("📊 {}", text(one, "question"))], list("options")].concat(),
            "checklist" => [vec![format!("☑ {}", text(one, "title"))], list("tasks")].concat(),
            "dice" => vec![format!("{} {}", text(one, "emoji"), one["value"])],
            "story" => vec![words.fill("story", &text(&one["chat"], "title"))],
            "paid_media" => vec![words.fill("paid_media", &one["star_count"].to_string())],
            kind => vec![words.fill("unknown", kind)],
        }
    }

    fn break_own(&self, state: &mut Telegram, what: &Map<String, Value>) -> Result<()> {
        let given = |name: &str| what.get(name).and_then(Id::of);
        if let Some(bot) = given("hijack") {
            let url = what.get("url").and_then(Value::as_str).context("url is missing")?;
            hook::replace(state, &bot, url.to_owned(), None);
        } else if let Some(bot) = given("revoke") {
            state.lines.get_mut(&bot).context("there is no such bot")?.is_revoked = true;
        } else if let Some(bot) = given("renew") {
            state.renew(&bot);
        } else {
            bail!("Telegram has no such fault");
        }
        Ok(())
    }
}
