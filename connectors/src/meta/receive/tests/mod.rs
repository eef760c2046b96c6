//! Every sample body (instagram-and-facebook §18) with its result; and altered bodies, none of which may cause a panic.

mod bodies;
mod mangled;

use std::collections::BTreeMap;

use base::i18n::{Language, Words};
use base::message::Content;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::*;
use crate::Gaps;
use crate::incoming::IncomingMessage;
use crate::meta::complete::complete;
use crate::meta::fake::Fake;
use crate::tests::fixtures::{body, names};

const INSTAGRAM: &str = "17841400000000001";
const PAGE: &str = "104000000000001";

fn settings(kind: &str) -> Settings {
    let secrets: BTreeMap<String, SecretString> = BTreeMap::from([("access_token".to_owned(), "token".into())]);
    let facts = json!({ "bot": { "app_id": "1517776481860111" } });
    let public = match kind {
        "instagram" => json!({ "account_id": INSTAGRAM, "facts": facts }),
        _ => json!({ "page_id": PAGE, "facts": facts }),
    };
    Settings { public, secrets }
}

/// Connectors at a server that knows every person.
struct Reader {
    instagram: Meta,
    facebook: Meta,
}

impl Reader {
    async fn start() -> Self {
        let (instagram, facebook) = Fake::start([]).await.connectors(false);
        Self { instagram, facebook }
    }

    async fn read_body(&self, kind: &str, body: &str) -> Result<Vec<InboundEvent>, NotReceived> {
        receive(self.of(kind), &settings(kind), body.as_bytes(), Words::new(Language::En)).await
    }

    async fn read(&self, kind: &str, name: &str) -> Vec<InboundEvent> {
        self.read_body(kind, &body(kind, name)).await.unwrap_or_else(|why| panic!("{kind}/{name}: {why:?}"))
    }

    async fn one(&self, kind: &str, name: &str) -> InboundEvent {
        let [event] = <[InboundEvent; 1]>::try_from(self.read(kind, name).await)
            .unwrap_or_else(|all| panic!("{kind}/{name}: {all:?}"));
        event
    }

    /// A message, completed as before it goes to amoCRM.
    async fn written(&self, kind: &str, name: &str) -> IncomingMessage {
        let InboundEvent::Wrote(mut written) = self.one(kind, name).await else { panic!("{kind}/{name}: no message") };
        let mut contact = written.body.sender.clone();
        let gaps = Gaps { contact: &mut contact, body: Some(&mut written.body) };
        complete(self.of(kind), &settings(kind), gaps).await;
        *written
    }

    fn of(&self, kind: &str) -> &Meta {
        if kind == "instagram" { &self.instagram } else { &self.facebook }
    }
}

fn text(content: &Content) -> &str {
    match content {
        Content::Text { text } => text,
        other => other.media().and_then(|media| media.text.as_deref()).unwrap_or_default(),
    }
}

/// An event in a line: what it is and what it says.
fn said(event: &InboundEvent) -> String {
    let content = |written: &IncomingMessage| {
        let by = if written.body.sender.role == base::message::Role::Manager { "manager " } else { "" };
        let post = if written.body.post.is_some() { "comment " } else { "" };
        format!("{by}{post}{} {}", written.body.content.kind(), text(&written.body.content)).trim_end().to_owned()
    };
    match event {
        InboundEvent::Wrote(written) => content(written),
        InboundEvent::Changed(edit) => format!("changed {}", content(&edit.written)),
        InboundEvent::TookBack { .. } => "took back".to_owned(),
        InboundEvent::Reacted(reacted) => format!("reacted {}", reacted.emoji.as_deref().unwrap_or("-")),
        InboundEvent::Pressed(press) => format!("pressed {}", content(&press.written)),
        InboundEvent::Began(began) => format!("began {}", began.mark.as_deref().unwrap_or("-")),
        InboundEvent::Status(report) => format!("{:?}", report.state).to_lowercase(),
        InboundEvent::StatusUpTo(report) => format!("{:?} up to", report.state).to_lowercase(),
        InboundEvent::Nothing(word) => format!("nothing {word}"),
        InboundEvent::Unknown(word) => format!("unknown {word}"),
        other => format!("{other:?}"),
    }
}

/// F10: Instagram's ids have grown before.
#[tokio::test]
async fn ids_of_any_length_are_read() {
    let reader = Reader::start().await;
    for kind in ["instagram", "facebook"] {
        let mut sample: Value = serde_json::from_str(&body(kind, "text")).unwrap();
        sample["entry"][0]["messaging"][0]["message"]["mid"] = json!("y".repeat(300));
        let events = reader.read_body(kind, &sample.to_string()).await.unwrap();
        let [InboundEvent::Wrote(written)] = &events[..] else { panic!("{kind}: {events:?}") };
        assert_eq!(written.external_id.len(), 300);
    }
}
