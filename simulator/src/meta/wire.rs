//! Both networks behind the kit: their words as tables, and their answers to the kit's questions.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

use super::options::{Meta, Options, Own, Platform};
use super::{acts, api, consent, hooks, json};
use crate::graph::{Params, Refusal, parts};
use crate::kit::{
    ActWord, Answer, Call, Core, Fault, FaultWords, Handlers, Hook, HookFault, Id, Kind, Line, Look, Message, Named,
    Now, PLAIN, Policy, Post, Sample, Verb, Wire, Words,
};

impl Wire for Options {
    type Own = Own;
    type Key = String;

    const LOOK: Look = Look {
        title: "Instagram & Messenger",
        class: "meta",
        typing: 20_000,
        silent: &["typing_off", "mark_seen"],
        edits: true,
        removes: true,
        emoji: &["❤️", "👍"],
        acts: &[("read", "mark_read")],
        troubles: &[
            ("revoke", r#"{"revoke": "{line}"}"#),
            ("renew", r#"{"renew": "{line}"}"#),
            ("expire_files", r#"{"expire_files": true}"#),
        ],
        words: include_str!("words.tsv"),
        ..PLAIN
    };
    const ACTS: &'static [ActWord] = &[
        ("send", Verb::Send, &[]),
        ("edit", Verb::Edit, &[]),
        ("unsend", Verb::Remove, &[]),
        ("react", Verb::React, &["emoji"]),
        ("press", Verb::Press, &["title"]),
        ("open", Verb::Own, &["mark", "ad"]),
        ("read", Verb::Read, &[]),
        ("receive", Verb::Own, &[]),
        ("block", Verb::Block, &["blocked"]),
        ("comment", Verb::Own, &["post", "parent"]),
        ("change_comment", Verb::Own, &["comment"]),
        ("staff", Verb::Own, &[]),
        ("staff_comment", Verb::Own, &["post", "parent"]),
        ("raw", Verb::Own, &["field", "event"]),
    ];
    const KINDS: &'static [Kind] = &[
        Kind::new("text", &[]),
        Kind::new("image", &[]).sample(Sample::PICTURE).button("image", ""),
        Kind::new("video", &[]).sample(Sample::CLIP).button("video", ""),
        Kind::new("audio", &[]).sample(Sample::VOICE_MP4).button("voice", ""),
        // Its form is one of these, too.
        Kind::new("file", &["form"]).sample(Sample::OFFER).button("file", ""),
        Kind::new("sticker", &["id"]),
        Kind::new("story_reply", &[]),
        Kind::new("story_mention", &[]).button("mention", ""),
        // `form` is `share`, `ig_post`, `ig_reel`, `reel`, `post` or `fallback`.
        Kind::new("share", &["form", "url", "title"]),
        // Content that the API does not provide: view-once media, polls, GIFs.
        Kind::new("unsupported", &[]),
        Kind::new("raw", &["message"]),
    ];
    const FAULTS: FaultWords = FaultWords { call: "edge", hook: "hook", to: "recipient", own: &[] };
    const HANDLERS: Handlers<Self> = Handlers {
        place: acts::place,
        next_message: Meta::next_id,
        compose: acts::compose,
        report: acts::report,
        act: acts::own,
        json: json::shown,
    };
    const HOOKS: Policy = Policy {
        limit: Duration::from_secs(20),
        at_once: 1,
        keeps_order: false,
        late_keeps_lane: false,
        lives: hooks::LIFE,
        wait: hooks::wait,
        accepts: |status, _| (200..300).contains(&status),
    };
    /// A file has 25 MB plus overhead.
    const LARGEST: usize = 27 * 1024 * 1024;

    fn clock(&self) -> Now {
        self.now.clone()
    }

    /// The last segment of the path; whose token it is, is known later.
    fn name(&self, state: &Meta, call: &Call) -> Result<Named, Answer> {
        if api::file_of(call).is_some() {
            return Ok(Named::default());
        }
        let token = state.own.tokens.get(&Params::of(call).token);
        let line = token.map(|token| token.account.clone()).unwrap_or_default();
        Ok(Named { line, call: parts(call).last().copied().unwrap_or("/").to_owned(), to: None })
    }

    async fn answer(core: &Arc<Core<Self>>, named: &Named, call: &Call) -> Answer {
        if let Some(id) = api::file_of(call).filter(|_| named.call.is_empty()) {
            return core.read(|state| api::file(state, id, &call.query_string));
        }
        if let Some(answer) = consent::answer(core, call) {
            return answer;
        }
        api::call(core, call).await.map_or_else(|refusal| refusal.answer(), |answer| Answer::json(200, &answer))
    }

    fn refuse(&self, _named: &Named, _call: &Call, fault: &Fault) -> Answer {
        match fault {
            Fault::Refuse { status, code, message, more } => {
                let subcode = more.get("subcode").and_then(Value::as_i64);
                Refusal::new(*status, code.as_i64().unwrap_or_default(), subcode, message).answer()
            }
            Fault::ServerError { status } => {
                Refusal::new(*status, 2, None, "An unexpected error has occurred.").answer()
            }
            _ => Refusal::new(400, 613, None, "(#613) Calls to this api have exceeded the rate limit.").answer(),
        }
    }

    fn post(&self, state: &Meta, hooks: &[&Hook], fault: Option<HookFault>) -> Option<Post> {
        hooks::post(state, hooks, fault)
    }

    fn describe(&self, _words: Words, _state: &Meta, message: &Message) -> Vec<String> {
        let line = |one: &Value| {
            let (kind, payload) = (one["type"].as_str()?, &one["payload"]);
            let text = payload["text"].as_str().or(payload["elements"][0]["title"].as_str());
            match (kind, payload["file"].is_string()) {
                ("template", _) => text.map(str::to_owned),
                (_, true) => None,
                (_, false) => Some(format!("🔗 {}", payload["url"].as_str().unwrap_or(kind))),
            }
        };
        message.parts.iter().filter_map(line).collect()
    }

    fn about(&self, state: &Meta, line: &Line) -> String {
        let network = if state.platform(&line.id) == Platform::Instagram { "Instagram" } else { "Messenger" };
        format!("{network} · @{}", line.username)
    }

    fn break_own(&self, state: &mut Meta, what: &Map<String, Value>) -> Result<()> {
        if let Some(revoked) = what.get("revoke") {
            // A token, or all of an account.
            let revoked = revoked.as_str().context("revoke names a token or an account")?;
            let tokens = state.own.tokens.iter_mut();
            for (_, token) in tokens.filter(|(text, token)| *text == revoked || token.account == revoked) {
                token.is_revoked = true;
            }
            if let Some(line) = state.lines.get_mut(&Id::from(revoked)) {
                line.is_revoked = true;
            }
        } else if let Some(account) = what.get("renew").and_then(Id::of) {
            state.renew(&account);
        } else if let Some(expire) = what.get("expire_files") {
            if *expire == json!(true) {
                state.expire_files();
            }
        } else {
            bail!("Meta has no such fault");
        }
        Ok(())
    }
}
