//! Every sample body (instagram-and-facebook §18) with its result; and altered bodies, none of which may cause a panic.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use base::i18n::{Language, Words};
use base::message::Content;
use proptest::prelude::*;
use secrecy::SecretString;
use serde_json::{Value, json};
use url::Url;

use super::*;
use crate::Gaps;
use crate::fake::{bind, listen};
use crate::incoming::IncomingMessage;
use crate::meta::fake;
use crate::meta::people::complete;
use crate::tests::bodies::{body, expected, hold, mangle, names, says};

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
        let (instagram, facebook) = fake::connectors(&fake::start([]).await.base, false);
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

const LINK: &str = "https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=17990000000000001&signature=AbSigned";

#[tokio::test]
async fn every_body_becomes_what_the_table_says() {
    let reader = Reader::start().await;
    for kind in ["instagram", "facebook"] {
        for (name, wanted) in expected(kind) {
            let mut events = reader.read(kind, &name).await;
            let [told, details @ ..] = wanted.as_slice() else { panic!("{kind}/{name}: nothing is expected") };
            assert_eq!(&events.iter().map(said).collect::<Vec<_>>().join(" + "), told, "{kind}/{name}");
            // With what is asked for on the way to amoCRM.
            for event in &mut events {
                let InboundEvent::Wrote(written) = event else { continue };
                let mut contact = written.body.sender.clone();
                let gaps = Gaps { contact: &mut contact, body: Some(&mut written.body) };
                complete(reader.of(kind), &settings(kind), gaps).await;
            }
            says(&name, &format!("{events:?}"), details);
        }
    }
    // The same event again, and one that names its emoji all the same.
    let key = |told: &[InboundEvent]| match told {
        [InboundEvent::Reacted(reacted)] => (reacted.key.clone(), reacted.emoji.is_some()),
        other => panic!("{other:?}"),
    };
    let first = key(&reader.read("instagram", "reaction").await);
    assert_eq!((key(&reader.read("instagram", "reaction").await), first.1), (first.clone(), true));
    let taken_back = body("instagram", "reaction").replace(r#""react""#, r#""unreact""#);
    assert!(!key(&reader.read_body("instagram", &taken_back).await.unwrap()).1);
}

/// A webhook waits for no answer of Meta's: names and posts are asked for later.
#[tokio::test]
async fn a_call_asks_for_nothing() {
    let reader = Reader::start().await;
    for (kind, name) in [("instagram", "text"), ("facebook", "text"), ("instagram", "comment")] {
        let InboundEvent::Wrote(told) = reader.one(kind, name).await else { panic!("{kind}/{name}: no message") };
        let (sender, post) = (told.body.sender, told.body.post.and_then(|post| post.url));
        assert_eq!((sender.name.as_deref(), post), ((name == "comment").then_some("anna_k"), None), "{kind}/{name}");
    }
}

#[tokio::test]
async fn a_meta_that_does_not_answer_is_not_asked_for_each_message() {
    let (listener, base) = bind().await;
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    listen(listener, move |mut exchange| {
        let counted = Arc::clone(&counted);
        async move {
            exchange.request_line().await?;
            counted.fetch_add(1, Ordering::SeqCst);
            None
        }
    });
    let (instagram, facebook) = fake::connectors(&Url::parse(&base).unwrap(), false);
    let reader = Reader { instagram, facebook };
    for name in ["text", "image", "comment"] {
        let told = reader.written("instagram", name).await;
        let guessed = told.body.post.and_then(|post| post.url);
        assert_eq!(guessed.as_deref(), (name == "comment").then_some("https://www.instagram.com/"));
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

/// Meta's addresses of stories expire, so amoCRM never gets them.
#[tokio::test]
async fn stories_are_files_and_a_story_that_is_gone_is_a_text() {
    let reader = Reader::start().await;
    let reference = format!("reference: Some(\"link:{LINK}\")");
    for name in ["story_reply", "story_mention"] {
        let told = format!("{:?}", reader.read("instagram", name).await);
        assert!(told.contains(&reference) && !told.replace(&reference, "").contains("fbsbx.com"), "{told}");
    }
    for (name, from, to, wanted) in [
        ("story_reply", LINK, "", "text [Answer to your story]\nNice!"),
        ("story_mention", LINK, "", "text [Mentioned you in a story]"),
        ("story_mention", "story_mention", "ig_story", "picture [Answer to your story]"),
    ] {
        let told = reader.read_body("instagram", &body("instagram", name).replace(from, to)).await.unwrap();
        assert_eq!(told.iter().map(said).collect::<Vec<_>>(), [wanted]);
    }
}

#[tokio::test]
async fn an_echo_is_our_own_by_what_the_process_remembers() {
    let reader = Reader::start().await;
    let memory = &reader.instagram.memory;
    let account = || INSTAGRAM.to_owned();
    memory.sending.insert((account(), "6600000000000001".into(), "From the phone".into()), None).await;
    assert_eq!(said(&reader.one("instagram", "echo_inbox").await), "nothing echo", "it overtook the answer");
    assert_eq!(said(&reader.one("instagram", "echo_inbox").await), "manager text From the phone", "once");
    let mid = reader.written("instagram", "echo_inbox").await.external_id;
    memory.sent.insert((account(), mid), ()).await;
    assert_eq!(said(&reader.one("instagram", "echo_inbox").await), "nothing echo");
}

#[tokio::test]
async fn calls_for_other_accounts_are_recognised() {
    let reader = Reader::start().await;
    let other = body("facebook", "text").replace(PAGE, "104000000000002");
    let told = reader.read_body("facebook", &other).await.unwrap();
    assert_eq!(told, [InboundEvent::Unknown("other_account")]);
    let told = reader.read_body("facebook", &body("instagram", "text")).await.unwrap();
    assert_eq!(told, [InboundEvent::Unknown("object")]);
    for unreadable in ["", "[]", "{}", "{\"object\":\"page\",\"entry\":1}"] {
        assert_eq!(reader.read_body("facebook", unreadable).await, Err(NotReceived::Unreadable), "{unreadable}");
    }
}

/// Both kinds' bodies, at a server that refuses every connection.
fn all() -> Vec<(&'static str, String)> {
    let of = |kind: &'static str| names(kind).into_iter().map(move |name| (kind, body(kind, &name)));
    of("instagram").chain(of("facebook")).collect()
}

#[test]
fn nothing_in_a_body_breaks_its_reader() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (instagram, facebook) = fake::connectors(&fake::nowhere(), false);
    let reader = Reader { instagram, facebook };
    let bodies_of = all();
    let bodies: Vec<Value> = bodies_of.iter().map(|(_, text)| serde_json::from_str(text).unwrap()).collect();
    mangle(512, &bodies, json!(INSTAGRAM), |which, body| {
        let (kind, _) = bodies_of[which];
        let told = runtime.block_on(reader.read_body(kind, body));
        let told = told.unwrap_or_default();
        hold(&told)?;
        for one in told {
            if let InboundEvent::Wrote(written) = one {
                prop_assert!(!written.external_id.is_empty());
                prop_assert!(!written.conversation_id.is_empty());
            }
        }
        Ok(())
    });
}
