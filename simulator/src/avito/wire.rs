//! Avito behind the kit: its words as tables, and its answers to the kit's questions.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

use super::options::{Avito, Options, Own};
use super::{acts, api, json, oauth};
use crate::kit::{
    Act, ActWord, Answer, Call, Core, Done, Fault, FaultWords, Handlers, Hook, HookFault, Id, Kind, Look, Message,
    Named, Now, PLAIN, Person, Policy, Post, Sample, Verb, Visit, Wire, Words,
};

/// Seconds until a failed webhook is repeated. The OpenAPI file defines a time limit of 2 seconds and the status 200,
/// but neither order nor repeats: here the webhooks of a chat are sent one after another, and repeated a few times.
const WAITS: [i64; 5] = [1, 5, 30, 120, 600];

fn wait(attempts: u32) -> Option<i64> {
    let at = usize::try_from(attempts).ok()?.checked_sub(1)?;
    WAITS.get(at).map(|seconds| seconds * 1_000)
}

impl Wire for Options {
    type Own = Own;
    type Key = String;

    const LOOK: Look = Look {
        title: "Avito",
        class: "avito",
        removes: true,
        reads: true,
        acts: &[("system", "bot")],
        owner: Some("send_as_seller"),
        troubles: &[
            ("server_error", r#"{"operation": "*", "count": 1, "fault": "server_error", "code": 500}"#),
            ("level_off", r#"{"level": false, "seller": {line}}"#),
            ("level_on", r#"{"level": true, "seller": {line}}"#),
            ("revoke", r#"{"revoke": {line}, "for_good": true}"#),
            ("drop_hooks", r#"{"drop_hooks": {line}}"#),
        ],
        words: include_str!("words.tsv"),
        ..PLAIN
    };
    const ACTS: &'static [ActWord] = &[
        ("send", Verb::Send, &[]),
        ("take_back", Verb::Remove, &["chat"]),
        ("read", Verb::Read, &["chat"]),
        ("send_as_seller", Verb::Own, &["chat"]),
        ("system", Verb::Own, &["chat", "flow_id"]),
        ("raw", Verb::Own, &["body"]),
    ];
    const KINDS: &'static [Kind] = &[
        Kind::new("text", &[]),
        Kind::new("image", &[]).sample(Sample::PICTURE).button("image", ""),
        Kind::new("voice", &[]).sample(Sample::VOICE_MP4).button("voice", ""),
        Kind::new("link", &["url", "text"])
            .button("link", r#"{"url": "https://acme.test/sofa/17", "text": "acme.test/sofa/17"}"#),
        Kind::new("item", &["item"]).button("item", ""),
        Kind::new("location", &["lat", "lon", "text"])
            .button("location", r#"{"lat": 55.599799, "lon": 37.603954, "text": "Москва, Варшавское шоссе"}"#),
        Kind::new("call", &["status"]).button("call", ""),
        Kind::new("app_call", &[]),
        Kind::new("file", &[]).button("file", ""),
        Kind::new("video", &[]).button("video", ""),
        Kind::new("raw", &["type", "content"]),
    ];
    const FAULTS: FaultWords = FaultWords { call: "operation", hook: "post", to: "", own: &[] };
    const HANDLERS: Handlers<Self> = Handlers {
        place: acts::place,
        next_message: |state, _| state.next_hex(32).into(),
        compose: acts::compose,
        report: acts::report,
        act: acts::own,
        json: json::message,
    };
    const HOOKS: Policy = Policy {
        limit: Duration::from_secs(2),
        at_once: usize::MAX,
        keeps_order: true,
        late_keeps_lane: false,
        lives: i64::MAX,
        wait,
        accepts: |status, _| status == 200,
    };
    /// A picture of 24 MB plus overhead.
    const LARGEST: usize = 25 * 1024 * 1024;

    fn clock(&self) -> Now {
        self.now.clone()
    }

    fn name(&self, state: &Avito, call: &Call) -> Result<Named, Answer> {
        Ok(api::named(state, call))
    }

    async fn answer(core: &Arc<Core<Self>>, named: &Named, call: &Call) -> Answer {
        match named.call.as_str() {
            "" if call.path == "oauth" => oauth::page(core, call),
            "" => core.read(|state| api::host(state, call)),
            "getAccessToken" => core.change(|state| oauth::token(state, call)),
            name => core.change(|state| api::call(state, name, call)),
        }
    }

    fn refuse(&self, _named: &Named, _call: &Call, fault: &Fault) -> Answer {
        match fault {
            Fault::TooMany { retry_after } => api::too_many(*retry_after),
            Fault::Refuse { status, code, message, .. } => {
                let code = code.as_u64().and_then(|code| u16::try_from(code).ok());
                api::refusal(code.unwrap_or(*status), message)
            }
            Fault::ServerError { status } => api::refusal(*status, "Internal Server Error"),
            _ => api::refusal(500, "Internal Server Error"),
        }
    }

    fn done(&self, done: &Done) -> Value {
        json!({"message": done.message().as_str(), "chat": done.dialog.as_str()})
    }

    fn post(&self, _state: &Avito, hooks: &[&Hook], _fault: Option<HookFault>) -> Option<Post> {
        let hook = hooks.first()?;
        let headers = vec![
            ("content-type", "application/json".to_owned()),
            // Real webhooks contain a signature whose algorithm is not published, so no client can depend on it.
            ("x-avito-messenger-signature", "unpublished".to_owned()),
        ];
        Some(Post { url: hook.target.clone(), headers, body: hook.body.to_string() })
    }

    fn describe(&self, words: Words, _state: &Avito, message: &Message) -> Vec<String> {
        let part = |pointer: &str| message.parts.first().and_then(|part| part.pointer(pointer)?.as_str());
        let text = |pointer: &str| part(pointer).unwrap_or_default();
        let line = match message.kind.as_str() {
            "text" | "image" | "voice" | "system" => return Vec::new(),
            "link" => format!("🔗 {} {}", text("/link/text"), text("/link/url")),
            "item" => format!("🏷 {}, {} {}", text("/item/title"), text("/item/price_string"), text("/item/item_url")),
            "location" => format!("📍 {}", text("/location/text")),
            "call" => words.get("call").to_owned(),
            "appCall" => words.get("appCall").to_owned(),
            "file" => words.get("file").to_owned(),
            "video" => words.get("video").to_owned(),
            other => other.to_owned(),
        };
        vec![line]
    }

    /// Every buyer at every advert, and on every seller's page.
    fn visits(&self, state: &Avito) -> Vec<Visit> {
        let visit = |buyer: &Person, place: String, title: &str, about: &str, item: Option<i64>, seller: &Id| Visit {
            who: buyer.id,
            place,
            person: buyer.name(),
            title: title.to_owned(),
            about: about.to_owned(),
            act: Act::default().who(buyer.id).to("item", item.unwrap_or_else(|| seller.number())),
            dialog: acts::find(state, buyer.id, seller, item).map(|chat| chat.id.clone()),
        };
        let of = |buyer| {
            let items = state.own.items.values().map(move |item| {
                visit(buyer, item.id.to_string(), &item.title, &item.price, Some(item.id), &item.seller.into())
            });
            let lines = state.lines.values();
            items.chain(lines.map(move |line| visit(buyer, format!("s{}", line.id), &line.name, "", None, &line.id)))
        };
        state.people.values().flat_map(of).collect()
    }

    fn break_own(&self, state: &mut Avito, what: &Map<String, Value>) -> Result<()> {
        let line = |name: &str| what.get(name).and_then(Id::of);
        if let Some(has_level) = what.get("level").and_then(Value::as_bool) {
            state.set_level(&line("seller").context("seller is missing")?, has_level);
        } else if let Some(seller) = line("revoke") {
            state.revoke(&seller, what.get("for_good") == Some(&json!(true)));
        } else if let Some(seller) = line("drop_hooks") {
            state.drop_hooks(&seller);
        } else {
            bail!("Avito has no such fault");
        }
        Ok(())
    }
}
