//! WhatsApp behind the kit: its words as tables, and its answers to the kit's questions.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

use super::codes::known;
use super::options::{Options, Own, Status, WhatsApp, body};
use super::{acts, api, hooks, media};
use crate::graph::{Params, Refusal};
use crate::kit::{
    ActWord, Answer, Author, Call, Core, Fault, FaultWords, Handlers, Hook, HookFault, Id, Kind, Line, Look, Message,
    Named, Now, PLAIN, Policy, Post, Sample, Verb, Wire, Words, list,
};

/// A documented error with its usual status, title and details, as a fault.
pub fn refusal(code: i64) -> Fault {
    Fault::own("error", &json!({"code": code}))
}

fn answer(refusal: Refusal) -> Answer {
    let kind = refusal.kind.or(Some("OAuthException"));
    Refusal { kind, ..refusal }.answer()
}

impl Wire for Options {
    type Own = Own;
    type Key = String;

    const LOOK: Look = Look {
        title: "WhatsApp",
        class: "whatsapp",
        typing: 25_000,
        silent: &["sent"],
        edits: true,
        removes: true,
        emoji: &["👍", "❤️", "😂", "😮", "😢", "🙏"],
        reads: true,
        acts: &[("stop_marketing", "stop_marketing")],
        owner: Some("owner_sends"),
        pages: &[("/reviews", "reviews")],
        troubles: &[
            ("pair_rate", r#"{"operation": "messages", "count": 3, "fault": "error", "code": 131056}"#),
            ("unavailable", r#"{"operation": "*", "count": 1, "fault": "error", "code": 131016}"#),
            ("token", r#"{"operation": "*", "count": 1, "fault": "error", "code": 190}"#),
            ("revoke", r#"{"revoke": "{line}"}"#),
            ("renew", r#"{"renew": "{line}"}"#),
            ("forged", r#"{"webhook": "forged", "count": 1}"#),
        ],
        words: include_str!("words.tsv"),
        ..PLAIN
    };
    const ACTS: &'static [ActWord] = &[
        ("send", Verb::Send, &["forwarded", "forwarded_often", "referral", "product", "group_id"]),
        ("react", Verb::React, &["emoji"]),
        ("press", Verb::Press, &["button"]),
        ("choose", Verb::Press, &["row"]),
        ("edit", Verb::Edit, &[]),
        ("revoke", Verb::Remove, &[]),
        ("read", Verb::Read, &[]),
        ("block", Verb::Block, &["on"]),
        ("fill", Verb::Own, &["values"]),
        ("share_contact", Verb::Own, &[]),
        ("play", Verb::Own, &[]),
        ("stop_marketing", Verb::Own, &["on"]),
        ("change_number", Verb::Own, &["number", "user_id"]),
        ("set_username", Verb::Own, &["username"]),
        ("open", Verb::Own, &[]),
        ("owner_sends", Verb::Own, &["to"]),
        ("owner_edits", Verb::Own, &["to"]),
        ("owner_revokes", Verb::Own, &["to"]),
        ("owner_saves", Verb::Own, &["full_name", "removed"]),
        ("raw", Verb::Own, &["waba", "field", "value"]),
    ];
    const KINDS: &'static [Kind] = &[
        Kind::new("text", &[]),
        Kind::new("image", &[]).sample(Sample::PICTURE).button("image", ""),
        Kind::new("video", &[]).sample(Sample::CLIP).button("video", ""),
        Kind::new("audio", &[]).sample(Sample::MELODY).button("audio", ""),
        Kind::new("voice", &[]).sample(Sample { mime: "audio/ogg; codecs=opus", ..Sample::VOICE }).button("voice", ""),
        Kind::new("document", &[]).sample(Sample::OFFER).button("file", ""),
        Kind::new("sticker", &["animated"]).sample(Sample::STICKER).button("sticker", ""),
        Kind::new("location", &["latitude", "longitude", "name", "address"])
            .button("location", r#"{"latitude": 43.2389, "longitude": 76.8897}"#),
        // As contained in webhooks.
        Kind::new("contacts", &["contacts"]).button(
            "contact",
            r#"{"contacts": [{"name": {"formatted_name": "Oleg"}, "phones": [{"phone": "+77010002233"}]}]}"#,
        ),
        // `items` are elements of `product_items`.
        Kind::new("order", &["catalog_id", "items"]),
        // Content that webhooks can't contain: `poll_creation`, `pin`, …
        Kind::new("unsupported", &["what"]).button("poll", r#"{"what": "poll_creation"}"#),
        // A message that Meta withholds.
        Kind::new("unavailable", &[]),
        Kind::new("raw", &["name", "body"]),
    ];
    const FAULTS: FaultWords = FaultWords { call: "operation", hook: "webhook", to: "to", own: &["error"] };
    const HANDLERS: Handlers<Self> = Handlers {
        place: acts::place,
        next_message: acts::next_message,
        compose: acts::compose,
        report: acts::report,
        act: acts::own,
        // The request for a business's message, the webhook's object for a customer's.
        json: |_, _, message| message.more.get("json").cloned().unwrap_or_default(),
    };
    /// A repeat does not hold back later webhooks, so their order is not kept.
    const HOOKS: Policy = Policy {
        limit: Duration::from_secs(60),
        at_once: 1,
        keeps_order: false,
        late_keeps_lane: false,
        lives: hooks::LIFE,
        wait: hooks::wait,
        accepts: |status, _| (200..300).contains(&status),
    };
    /// A document has 100 MB plus overhead.
    const LARGEST: usize = 101 * 1024 * 1024;

    fn clock(&self) -> Now {
        self.now.clone()
    }

    fn name(&self, state: &WhatsApp, call: &Call) -> Result<Named, Answer> {
        if api::is_beside(call) {
            return Ok(Named::default());
        }
        let params = Params::of(call);
        let line = crate::graph::parts(call).first().copied().unwrap_or_default().into();
        let to = params.text("to").or_else(|| params.text("recipient"));
        Ok(Named { line, call: api::operation(state, call, &params), to })
    }

    async fn answer(core: &Arc<Core<Self>>, named: &Named, call: &Call) -> Answer {
        match named.call.as_str() {
            "" => core.change(|state| api::beside(state, call)),
            "media_download" => core.read(|state| media::download(state, call)),
            _ => {
                let answer = api::call(core, call).await.map(|answer| Answer::json(200, &answer));
                answer.unwrap_or_else(self::answer).with("facebook-api-version", "v26.0")
            }
        }
    }

    fn refuse(&self, named: &Named, _call: &Call, fault: &Fault) -> Answer {
        let answer = answer(match fault {
            Fault::Own { more, .. } => known(more.get("code").and_then(Value::as_i64).unwrap_or_default()),
            Fault::Refuse { status, code, message, more } => {
                let details = more.get("details").and_then(Value::as_str).map(str::to_owned);
                let subcode = more.get("subcode").and_then(Value::as_i64);
                let code = code.as_i64().unwrap_or_default();
                Refusal { details, ..Refusal::new(*status, code, subcode, message) }
            }
            Fault::ServerError { status } => Refusal { status: *status, ..known(131_016) },
            _ => known(130_429),
        });
        // The host of files has no words.
        if named.call == "media_download" { Answer::empty(answer.status) } else { answer }
    }

    fn post(&self, state: &WhatsApp, hooks: &[&Hook], fault: Option<HookFault>) -> Option<Post> {
        hooks::post(state, hooks, fault)
    }

    fn joins(&self, state: &WhatsApp, first: &Hook, other: &Hook) -> bool {
        let is_same_address = state.target(first) == state.target(other);
        state.own.batch.is_some() && first.target == other.target && is_same_address
    }

    fn describe(&self, words: Words, _state: &WhatsApp, message: &Message) -> Vec<String> {
        let (body, text) = (body(message), |value: &Value| value.as_str().unwrap_or_default().to_owned());
        let mut lines = Vec::new();
        if message.forward.as_ref().is_some_and(|how| *how == "frequently_forwarded") {
            lines.push(words.get("forwarded_often").to_owned());
        }
        if message.author == Author::Owner {
            lines.push(words.get("from_app").to_owned());
        }
        let shown = message.more.get("shown").unwrap_or(&Value::Null);
        for part in ["header", "footer"] {
            lines.extend([text(&body[part]["text"]), text(&shown[part])]);
        }
        match message.kind.as_str() {
            "location" => {
                let plain = |name: &str| body[name].to_string().replace('"', "");
                let place = format!("{},{}", plain("latitude"), plain("longitude"));
                lines.push(format!("https://maps.google.com/maps?q={place}"));
            }
            "contacts" => {
                let phones = list(body).iter().flat_map(|one| list(&one["phones"]));
                lines.extend(phones.map(|one| text(&one["phone"])));
            }
            "order" => lines.push(format!("× {}", list(&body["product_items"]).len())),
            "text" | "image" | "video" | "audio" | "document" | "sticker" | "interactive" | "template" | "button" => {}
            other => lines.push(words.fill("unknown_kind", other)),
        }
        lines.retain(|line| !line.is_empty());
        lines
    }

    fn is_here(message: &Message) -> bool {
        let has_arrived = message.author != Author::Line || Status::of(&message.more) >= Some(Status::Delivered);
        message.kind != "reaction" && has_arrived
    }

    fn about(&self, _state: &WhatsApp, line: &Line) -> String {
        line.username.clone()
    }

    fn break_own(&self, state: &mut WhatsApp, what: &Map<String, Value>) -> Result<()> {
        let given = |name: &str| what.get(name).and_then(Value::as_str);
        match (given("revoke"), given("renew")) {
            // A token, or all of a number.
            (Some(revoked), _) => state.revoke(revoked).context("there is no such token"),
            (None, Some(phone)) => state.renew(&Id::from(phone)).context("there is no such number"),
            (None, None) => bail!("WhatsApp has no such fault"),
        }
    }
}
