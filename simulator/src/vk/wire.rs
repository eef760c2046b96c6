//! VK behind the kit: its words as tables, and its answers to the kit's questions.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, bail};
use serde_json::{Map, Value, json};

use super::call::{self, Refusal, refused};
use super::communities::NewCommunity;
use super::options::{Options, Own, State};
use super::{acts, api, events, execute, files, json, login, messages, servers};
use crate::kit::{
    ActWord, Answer, Call, Core, Done, Fault, FaultWords, Handlers, Hook, HookFault, Id, Kind, Look, Message, Named,
    Now, PLAIN, Policy, Post, Reply, Sample, Verb, Wire, Words,
};

impl Wire for Options {
    type Own = Own;
    type Key = i64;

    const LOOK: Look = Look {
        title: "VK",
        class: "vk",
        typing: 10_000,
        starts: true,
        edits: true,
        emoji: &["❤", "🔥", "😂", "👍"],
        reads: true,
        troubles: &[("revoke", r#"{"revoke": {line}}"#), ("renew", r#"{"renew": {line}}"#)],
        words: include_str!("words.tsv"),
        ..PLAIN
    };
    const ACTS: &'static [ActWord] = &[
        ("send", Verb::Send, &["forward", "ref", "ref_source", "payload"]),
        ("edit", Verb::Edit, &[]),
        ("react", Verb::React, &["reaction"]),
        ("press", Verb::Press, &["row", "column"]),
        ("read", Verb::Read, &[]),
        ("type", Verb::Type, &[]),
        ("allow", Verb::Start, &["key"]),
        ("deny", Verb::Stop, &[]),
        ("comment", Verb::Send, &[]),
        ("edit_comment", Verb::Edit, &[]),
        ("delete_comment", Verb::Remove, &[]),
        ("admin_writes", Verb::Own, &["admin", "peer"]),
        ("ban", Verb::Own, &["banned"]),
        ("raw", Verb::Own, &["kind", "object"]),
    ];
    const KINDS: &'static [Kind] = &[
        Kind::new("text", &[]),
        Kind::new("photo", &[]).sample(Sample::PICTURE).button("image", ""),
        Kind::new("voice", &[]).sample(Sample::VOICE).button("voice", ""),
        Kind::new("doc", &[]).sample(Sample::OFFER).button("file", ""),
        Kind::new("graffiti", &[]).sample(Sample::DRAWING),
        Kind::new("sticker", &["id"]).sample(Sample::DRAWING).button("sticker", r#"{"id": 9019}"#),
        Kind::new("location", &["latitude", "longitude"])
            .button("location", r#"{"latitude": 55.7558, "longitude": 37.6173}"#),
        Kind::new("video", &["title"]),
        Kind::new("audio", &["artist", "title"]),
        Kind::new("raw", &["attachments", "fields"]),
    ];
    const FAULTS: FaultWords = FaultWords { call: "method", hook: "event", to: "peer", own: &[] };
    const HANDLERS: Handlers<Self> = Handlers {
        place: acts::place,
        next_message: messages::next_cmid,
        compose: acts::compose,
        report: acts::report,
        act: acts::own,
        json: json::message,
    };
    const HOOKS: Policy = Policy {
        limit: Duration::from_secs(10),
        at_once: 100,
        keeps_order: true,
        late_keeps_lane: true,
        lives: i64::MAX,
        wait: events::wait,
        accepts: |status, text| status == 200 && text == "ok",
    };
    /// A file with its form.
    const LARGEST: usize = 210 * 1024 * 1024;

    fn clock(&self) -> Now {
        self.now.clone()
    }

    fn name(&self, state: &State, call: &Call) -> Result<Named, Answer> {
        let name = match call.segments().as_slice() {
            ["method", name] => *name,
            ["upload", ..] => "upload",
            _ => return Ok(Named::default()),
        };
        let line = api::owner(state, call).map(|(community, _)| Id::from(community)).unwrap_or_default();
        Ok(Named { line, call: name.to_owned(), to: call::param(call, "peer_id").map(str::to_owned) })
    }

    async fn answer(core: &Arc<Core<Self>>, _named: &Named, call: &Call) -> Answer {
        if let Some(answer) = login::answer(core, call) {
            return answer;
        }
        match (call.method.as_str(), call.segments().as_slice()) {
            ("GET" | "POST", ["method", "execute"]) => core.change(|state| execute::run(state, call)),
            ("GET" | "POST", ["whp", community]) => servers::check(core, community, call).await,
            ("GET" | "POST", ["method", name]) => {
                call::answer(core.change(|state| api::call(state, name, call)), name, call)
            }
            ("POST", ["upload", kind, ticket]) => files::take(core, call, kind, ticket),
            ("GET", ["files", key, _]) => core.read(|state| files::give(state, key)),
            _ => Answer::empty(404),
        }
    }

    fn refuse(&self, named: &Named, call: &Call, fault: &Fault) -> Answer {
        let refusal = match fault {
            Fault::Refuse { code, message, .. } if message.is_empty() => refused(code.as_i64().unwrap_or_default()),
            Fault::Refuse { code, message, .. } => {
                Refusal { code: code.as_i64().unwrap_or_default(), text: message.clone() }
            }
            Fault::TooMany { .. } => refused(6),
            _ => refused(10),
        };
        if named.call == "upload" {
            return Answer::json(200, &json!({"error": refusal.text}));
        }
        call::answer(Err(refusal), &named.call, call)
    }

    /// The message or the comment, and the id of a press.
    fn done(&self, done: &Done) -> Value {
        match done.id.number() {
            0 if !done.id.is_empty() => json!({"id": 0, "event": done.id}),
            0 => json!({"id": done.message().number(), "event": ""}),
            id => json!({"id": id, "event": ""}),
        }
    }

    fn post(&self, state: &State, hooks: &[&Hook], _fault: Option<HookFault>) -> Option<Post> {
        events::post(state, hooks.first()?)
    }

    fn settled(&self, state: &mut State, hook: usize, reply: &Reply) {
        events::settled(state, hook, reply);
    }

    fn describe(&self, _words: Words, _state: &State, message: &Message) -> Vec<String> {
        let point = message.more.get("geo").map(|geo| &geo["coordinates"]);
        let point = point.map(|point| format!("📍 {}, {}", point["latitude"], point["longitude"]));
        let part = |one: &Value| {
            let kind = one["type"].as_str().unwrap_or_default();
            format!("{kind} {}", one[kind]["title"].as_str().unwrap_or_default())
        };
        point.into_iter().chain(message.parts.iter().map(part)).collect()
    }

    fn break_own(&self, state: &mut State, what: &Map<String, Value>) -> Result<()> {
        let line = |name: &str| what.get(name).and_then(Value::as_i64);
        if let Some(community) = line("revoke") {
            state.revoke(community);
        } else if let Some(community) = line("renew") {
            state.add_token(community, &NewCommunity::default().rights);
        } else {
            bail!("VK has no such fault");
        }
        Ok(())
    }
}
