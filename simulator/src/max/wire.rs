//! MAX behind the kit: its words as tables, and its answers to the kit's questions.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

use super::answer::Refusal;
use super::options::{Max, Options, Own};
use super::{acts, api, files, json, updates};
use crate::kit::{
    ActWord, Answer, Call, Core, Done, Fault, FaultWords, Handlers, Hook, HookFault, Id, Kind, Look, Message, Named,
    Now, PLAIN, Policy, Post, Reply, Sample, Verb, Wire, Words,
};

/// Milliseconds without a success after which a webhook is removed.
const GIVES_UP: i64 = 8 * 3_600_000;

/// Milliseconds until the next attempt: a minute, then 2.5 times as long each time, eleven attempts in all.
fn wait(attempts: u32) -> Option<i64> {
    let longer = |seconds: i64, _| seconds * 5 / 2;
    (attempts < 11).then(|| (1..attempts).fold(60, longer) * 1_000)
}

impl Wire for Options {
    type Own = Own;
    type Key = String;

    const LOOK: Look = Look {
        title: "MAX",
        class: "max",
        silent: &["mark_seen"],
        starts: true,
        edits: true,
        removes: true,
        acts: &[("remove_dialog", "remove_dialog"), ("clear_dialog", "clear_dialog")],
        troubles: &[
            ("revoke", r#"{"revoke": {line}}"#),
            ("renew", r#"{"renew": {line}}"#),
            ("hijack", r#"{"hijack": {line}, "url": "https://another-service.example/max"}"#),
            ("end_addresses", r#"{"end_addresses": true}"#),
        ],
        words: include_str!("words.tsv"),
        ..PLAIN
    };
    const ACTS: &'static [ActWord] = &[
        ("start", Verb::Start, &["payload"]),
        ("stop", Verb::Stop, &[]),
        ("remove_dialog", Verb::Own, &[]),
        ("clear_dialog", Verb::Own, &[]),
        ("send", Verb::Send, &[]),
        ("edit", Verb::Edit, &[]),
        ("remove", Verb::Remove, &[]),
        ("press", Verb::Press, &["payload"]),
        ("post", Verb::Own, &["channel"]),
    ];
    const KINDS: &'static [Kind] = &[
        Kind::new("text", &[]),
        Kind::new("image", &[]).sample(Sample::PICTURE).button("image", ""),
        Kind::new("video", &[]).sample(Sample::CLIP).button("video", ""),
        Kind::new("audio", &[]).sample(Sample::MELODY).button("audio", ""),
        Kind::new("file", &[]).sample(Sample::OFFER).button("file", ""),
        Kind::new("sticker", &[]).sample(Sample::STICKER).button("sticker", ""),
        Kind::new("location", &["latitude", "longitude"])
            .button("location", r#"{"latitude": 55.7522, "longitude": 37.6156}"#),
        Kind::new("contact", &["name", "phone"]),
        Kind::new("own_contact", &[]).button("own_contact", ""),
        Kind::new("share", &["url", "title"]),
        Kind::new("raw", &["attachment"]),
    ];
    const FAULTS: FaultWords = FaultWords { call: "call", hook: "update", to: "chat", own: &["not_success"] };
    const HANDLERS: Handlers<Self> = Handlers {
        place: acts::place,
        next_message: json::next_mid,
        compose: acts::compose,
        report: acts::report,
        act: acts::own,
        json: json::message,
    };
    const HOOKS: Policy = Policy {
        limit: Duration::from_secs(30),
        at_once: 1,
        keeps_order: false,
        late_keeps_lane: false,
        lives: i64::MAX,
        wait,
        accepts: |status, _| status == 200,
    };

    const TAKES_UPLOADS: bool = false;

    fn clock(&self) -> Now {
        self.now.clone()
    }

    fn name(&self, state: &Max, call: &Call) -> Result<Named, Answer> {
        if files::is_host(call) {
            return Ok(Named::default());
        }
        let line = call.header("authorization").and_then(|token| state.line_with(token));
        let line = line.ok_or_else(|| Refusal::new(401, "verify.token", "Invalid access_token").answer())?;
        Ok(Named { line: line.id.clone(), call: api::name(call), to: None })
    }

    async fn answer(core: &Arc<Core<Self>>, named: &Named, call: &Call) -> Answer {
        if named.call.is_empty() {
            return files::host(core, call);
        }
        let answered = match named.call.as_str() {
            "GET /updates" => updates::get(core, &named.line, call).await,
            _ => core.change(|state| api::call(state, &named.line, call)),
        };
        answered.map_or_else(|refusal| refusal.answer(), |answer| Answer::json(200, &answer))
    }

    fn refuse(&self, _named: &Named, _call: &Call, fault: &Fault) -> Answer {
        match fault {
            Fault::TooMany { retry_after } => {
                let answer = Refusal::new(429, "too.many.requests", "Too many requests").answer();
                retry_after.iter().fold(answer, |answer, seconds| answer.with("retry-after", seconds))
            }
            Fault::Refuse { status, code, message, .. } => {
                Refusal::new(*status, code.as_str().unwrap_or_default(), message).answer()
            }
            // `not_success`: 200 with `"success": false`.
            Fault::Own { more, .. } => Answer::json(200, &json!({"success": false, "message": more.get("message")})),
            _ => Refusal::new(500, "internal.error", "Internal error").answer(),
        }
    }

    fn done(&self, done: &Done) -> Value {
        json!({"mid": done.messages.first()})
    }

    fn post(&self, state: &Max, hooks: &[&Hook], _fault: Option<HookFault>) -> Option<Post> {
        let hook = hooks.first()?;
        let webhook = state.lines.get(&hook.line)?.subscriptions.iter().find(|one| one.url == hook.target)?;
        let mut headers = vec![("content-type", "application/json; charset=utf-8".to_owned())];
        headers.extend(webhook.secret.clone().map(|secret| ("x-max-bot-api-secret", secret)));
        Some(Post { url: webhook.url.clone(), headers, body: hook.body.to_string() })
    }

    /// A webhook that failed for eight hours is removed; its updates are dropped when they are due.
    fn settled(&self, state: &mut Max, hook: usize, reply: &Reply) {
        let (now, Some(hook)) = (state.now, state.outbox.all.get(hook)) else { return };
        let Some(line) = state.lines.get_mut(&hook.line) else { return };
        for webhook in line.subscriptions.iter_mut().filter(|one| one.url == hook.target) {
            webhook.failing_since = (!reply.is_accepted).then(|| webhook.failing_since.unwrap_or(now));
        }
        line.subscriptions.retain(|one| one.failing_since.is_none_or(|since| now - since < GIVES_UP));
    }

    fn describe(&self, _words: Words, _state: &Max, message: &Message) -> Vec<String> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let line = |one: &Value| match one["type"].as_str()? {
            "location" => Some(format!("📍 {}, {}", one["latitude"], one["longitude"])),
            "contact" => Some(format!("👤 {}", json::card(&text(&one["payload"]["vcf_info"])))),
            "share" => Some(format!("🔗 {}", text(&one["payload"]["url"]))),
            "inline_keyboard" => None,
            other => Some(other.to_owned()),
        };
        message.parts.iter().filter_map(line).collect()
    }

    fn break_own(&self, state: &mut Max, what: &Map<String, Value>) -> Result<()> {
        let line = |name: &str| what.get(name).and_then(Id::of);
        if let Some(bot) = line("hijack") {
            state.hijack(&bot, what.get("url").and_then(Value::as_str).context("url is missing")?);
        } else if let Some(bot) = line("revoke") {
            state.lines.get_mut(&bot).context("there is no such bot")?.is_revoked = true;
        } else if let Some(bot) = line("renew") {
            state.renew(&bot);
        } else if let Some(millis) = what.get("processing").and_then(Value::as_i64) {
            state.own.processing = millis;
        } else if what.get("end_addresses") == Some(&json!(true)) {
            state.end_addresses();
        } else {
            bail!("MAX has no such fault");
        }
        Ok(())
    }

    fn mend(&self, state: &mut Max) {
        state.own.processing = 0;
    }
}
