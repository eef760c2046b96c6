//! Every sample body (instagram-and-facebook §18) with its result; and altered bodies, none of which may cause a panic.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use base::i18n::{Language, Words};
use base::message::{Content, Role, State};
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
use crate::tests::bodies::{body, hold, mangle, names};

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

const LINK: &str = "https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=17990000000000001&signature=AbSigned";

const FACEBOOK_LINK: &str = "https://scontent.xx.fbcdn.net/v/t1/photo.jpg?_nc_cat=1&oh=AbSigned&oe=1";

const UNKNOWN: &str = "text [The message is not supported. Ask to send it as text or as a file]";

fn instagram() -> Vec<(&'static str, Vec<String>)> {
    let own = |text: &str| vec![text.to_owned()];
    vec![
        ("audio", own("voice")),
        ("comment", own("comment text Сколько?")),
        ("comment_ad", own("comment text Still there?")),
        ("comment_own", own("nothing own_comment")),
        ("comment_reply", own("comment text And this?")),
        ("dashboard_test", own("text random_text")),
        ("deleted", own("took back")),
        ("echo_inbox", own("manager text From the phone")),
        ("edit", own("changed text Price, please?")),
        ("edit_without_text", own("nothing message_edit")),
        ("ephemeral", own(UNKNOWN)),
        ("file", own("file")),
        ("handover", own("nothing service")),
        ("ig_post", vec![format!("text [Shared] {LINK}\nEight slides")]),
        ("ig_reel", vec![format!("text [Shared] {LINK}\nNew roses")]),
        ("image", own("picture")),
        ("image_with_text", own("picture like this")),
        ("images", vec!["picture".into(), "picture".into(), "video".into()]),
        ("live_comment", own("comment text Hello!")),
        ("mention", own("nothing feed")),
        ("postback", own("text Delivery")),
        ("quick_reply", own("pressed text Yes")),
        ("reaction", own("reacted ❤️")),
        ("reaction_removed", own("reacted -")),
        ("referral", own("began shop-7")),
        ("referral_message", vec!["began shop-7".into(), "text Is it there?".into()]),
        ("referral_product", own("text [About the product 3300000000000021]\nSize?")),
        ("seen", own("read up to")),
        ("share", vec![format!("text [Shared] {LINK}")]),
        ("standby", own("text after a day")),
        ("story_insights", own("nothing feed")),
        ("story_mention", own("picture [Mentioned you in a story]")),
        ("story_reply", vec!["text [Answer to your story]\nNice!".into(), "picture [Your story]".into()]),
        ("text", own("text Цена?")),
        ("text_emoji", own("text 👍🏽 https://acme.example/p?a=1&b=2")),
        ("text_reply", own("text This one")),
        ("unsupported", own(UNKNOWN)),
        ("video", own("video")),
    ]
}

fn facebook() -> Vec<(&'static str, Vec<String>)> {
    let own = |text: &str| vec![text.to_owned()];
    vec![
        ("appointment", own("text Visit")),
        ("audio", own("voice")),
        ("comment", own("comment text Сколько стоит?")),
        ("comment_edited", own("changed comment text How much is it?")),
        ("comment_hidden", own("nothing feed")),
        ("comment_nobody", own("comment text Hello")),
        ("comment_own", own("nothing own_comment")),
        ("comment_removed", own("took back")),
        ("comment_reply", own("comment text And this?")),
        ("delivery", vec!["delivered".into(), "delivered".into()]),
        ("delivery_watermark", own("delivered up to")),
        ("echo_app", own("manager text From another bot")),
        ("echo_inbox", own("manager text From the phone")),
        ("echo_own", own("sent")),
        ("echo_own_app", own("nothing echo")),
        ("echo_standby", own("manager text text")),
        ("edit", own("changed text Good day")),
        ("fallback", own("text https://acme.example/")),
        ("fallback_empty", own(UNKNOWN)),
        ("feed_post", own("nothing feed")),
        ("feed_reaction", own("nothing feed")),
        ("file", own("file")),
        ("image", own("picture")),
        ("image_with_text", own("picture like this")),
        ("images", vec!["picture".into(), "picture".into()]),
        ("optin", own("nothing service")),
        ("post", vec![format!("text [Shared] {FACEBOOK_LINK}\nEight slides")]),
        ("postback", own("text Delivery")),
        ("postback_button", own("pressed text Yes")),
        ("postback_referral", vec!["began shop-7".into(), "text Get Started".into()]),
        ("product_template", vec!["text Is it there?".into(), UNKNOWN.into()]),
        ("quick_reply", own("pressed text Yes")),
        ("reaction", own("reacted ❤️")),
        ("reaction_removed", own("reacted -")),
        ("reaction_word", own("reacted 😠")),
        ("read", own("read up to")),
        ("reel", vec![format!("text [Shared] {FACEBOOK_LINK}\nNew roses")]),
        ("referral", own("began shop-7")),
        ("referral_ad", own("began Blue bicycles")),
        ("referral_message", vec!["began shop-7".into(), "text Hello".into()]),
        ("sticker", own("sticker")),
        ("sticker_old", own("sticker")),
        ("sticker_transition", own("sticker")),
        ("text", own("text Добрый день")),
        ("text_reply", own("text This one")),
        ("video", own("video")),
    ]
}

#[tokio::test]
async fn every_body_becomes_what_the_table_says() {
    let reader = Reader::start().await;
    for (kind, table) in [("instagram", instagram()), ("facebook", facebook())] {
        let mut listed: Vec<&str> = table.iter().map(|(name, _)| *name).collect();
        listed.sort_unstable();
        assert_eq!(listed, names(kind), "no body is left out");
        assert!(listed.len() >= 25);
        for (name, expected) in &table {
            let told: Vec<String> = reader.read(kind, name).await.iter().map(said).collect();
            assert_eq!(&told, expected, "{kind}/{name}");
        }
    }
}

#[tokio::test]
async fn a_message_names_its_chat_its_author_and_its_file() {
    let reader = Reader::start().await;
    let told = reader.written("instagram", "text").await;
    assert_eq!((told.conversation_id.as_str(), told.sent_at), ("6600000000000001", Some(1_795_168_800_123)));
    let sender = &told.body.sender;
    assert_eq!((sender.name.as_deref(), sender.role), (Some("Anna Kim"), Role::Client));
    assert_eq!(sender.profile_url.as_deref(), Some("https://www.instagram.com/anna_k"));
    assert_eq!(sender.avatar_reference.as_deref(), Some("face:6600000000000001:2968"));
    let reply = reader.written("instagram", "text_reply").await;
    assert_eq!(reply.body.reply_to.unwrap().external_id, Some(told.external_id));
    let photo = reader.written("instagram", "image").await.body.content.media().cloned().unwrap();
    assert_eq!((photo.reference.as_deref(), photo.media_url.as_str()), (Some(format!("link:{LINK}").as_str()), ""));
    let shared = reader.written("instagram", "share").await.body.shared_post.unwrap();
    assert_eq!(shared.url, LINK);
    let pdf = reader.written("facebook", "file").await.body.content.media().cloned().unwrap();
    assert_eq!(pdf.file_name, "offer.pdf");
    let sticker = reader.written("facebook", "sticker").await.body.content.media().cloned().unwrap();
    assert_eq!(sticker.sticker_id.as_deref(), Some("369239263222822"));
    let page = reader.written("facebook", "text").await.body.sender;
    assert_eq!((page.name.as_deref(), page.profile_url), (Some("Anna Kim"), None));
    let phone = reader.written("instagram", "echo_inbox").await;
    assert_eq!((phone.conversation_id.as_str(), phone.body.sender.id.as_str()), ("6600000000000001", INSTAGRAM));
    assert_eq!(phone.body.receiver.unwrap().id, "6600000000000001");
    let ids: Vec<String> = reader
        .read("instagram", "images")
        .await
        .into_iter()
        .filter_map(|one| match one {
            InboundEvent::Wrote(written) => written.external_id.rsplit(':').next().map(str::to_owned),
            _ => None,
        })
        .collect();
    assert_eq!(ids, ["9", "9#1", "9#2"]);
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
    let reference = format!("link:{LINK}");
    for name in ["story_reply", "story_mention"] {
        let told = reader.read("instagram", name).await;
        let Some(InboundEvent::Wrote(last)) = told.last() else { panic!("{told:?}") };
        let media = last.body.content.media().unwrap();
        assert_eq!((media.reference.as_ref(), media.media_url.as_str()), (Some(&reference), ""), "{name}");
        let others = format!("{told:?}").replace(&format!("{reference:?}"), "");
        assert!(!others.contains("fbsbx.com"), "{others}");
    }
    let gone = |name: &str| body("instagram", name).replace(LINK, "");
    let told = reader.read_body("instagram", &gone("story_reply")).await.unwrap();
    assert_eq!(told.iter().map(said).collect::<Vec<_>>(), ["text [Answer to your story]\nNice!"]);
    let told = reader.read_body("instagram", &gone("story_mention")).await.unwrap();
    assert_eq!(told.iter().map(said).collect::<Vec<_>>(), ["text [Mentioned you in a story]"]);
    let shared = body("instagram", "story_mention").replace("story_mention", "ig_story");
    let told = reader.read_body("instagram", &shared).await.unwrap();
    assert_eq!(told.iter().map(said).collect::<Vec<_>>(), ["picture [Answer to your story]"]);
}

#[tokio::test]
async fn a_message_is_taken_back_with_all_its_pieces() {
    let reader = Reader::start().await;
    let InboundEvent::TookBack { pieces: messages } = reader.one("instagram", "deleted").await else {
        panic!("not deleted")
    };
    let places: Vec<&str> = messages.iter().filter_map(|id| id.rsplit(':').next()).collect();
    assert_eq!((places[0], places[1], places.len()), ("1", "1#1", 12));
}

#[tokio::test]
async fn comments_join_the_persons_chat_and_name_their_post() {
    let reader = Reader::start().await;
    let told = reader.written("instagram", "comment").await;
    assert_eq!(
        (told.external_id.as_str(), told.conversation_id.as_str()),
        ("comment:18000000000000099", "6600000000000001")
    );
    assert_eq!(told.sent_at, Some(1_795_168_800_000));
    let post = told.body.post.unwrap();
    assert_eq!((post.id.as_str(), post.url.as_deref()), ("17900000000000055", Some("https://www.instagram.com/p/C1/")));
    assert_eq!((post.caption.as_deref(), post.username.as_deref()), (Some("Roses"), Some("acme_flowers")));
    assert_eq!(told.body.sender.name.as_deref(), Some("anna_k"));
    let reply = reader.written("instagram", "comment_reply").await.body.reply_to.unwrap();
    assert_eq!(reply.external_id.as_deref(), Some("comment:18000000000000090"));
    let top = reader.written("facebook", "comment").await;
    assert_eq!(
        (top.body.reply_to, top.body.post.unwrap().url.as_deref()),
        (None, Some("https://www.facebook.com/900"))
    );
    let nobody = reader.written("facebook", "comment_nobody").await;
    assert_eq!(
        (nobody.conversation_id.as_str(), nobody.body.sender.name.as_deref()),
        ("comment:900_5405676", Some("Someone"))
    );
}

#[tokio::test]
async fn receipts_presses_and_reactions_name_their_messages() {
    let reader = Reader::start().await;
    let InboundEvent::StatusUpTo(read) = reader.one("instagram", "seen").await else { panic!("no receipt") };
    assert_eq!((read.state, read.until), (State::Read, None));
    assert!(read.message.unwrap().ends_with(":26"));
    let InboundEvent::StatusUpTo(read) = reader.one("facebook", "read").await else { panic!("no receipt") };
    assert_eq!((read.message, read.until), (None, Some(1_795_168_800_000)));
    let InboundEvent::Status(sent) = reader.one("facebook", "echo_own").await else { panic!("no status") };
    assert_eq!((sent.state, sent.letter_id.map(|id| id.as_u128())), (State::Sent, Some(9)));
    let InboundEvent::Pressed(press) = reader.one("facebook", "postback_button").await else { panic!("no press") };
    assert!(press.message_id.is_some() && press.written.external_id.starts_with("postback:m_"));
    let InboundEvent::Reacted(first) = reader.one("instagram", "reaction").await else { panic!("no reaction") };
    let InboundEvent::Reacted(again) = reader.one("instagram", "reaction").await else { panic!("no reaction") };
    assert_eq!(first.key, again.key, "the same event again");
    assert!(first.emoji.is_some());
    let taken_back = body("instagram", "reaction").replace(r#""react""#, r#""unreact""#);
    let told = reader.read_body("instagram", &taken_back).await.unwrap();
    assert!(
        matches!(&told[..], [InboundEvent::Reacted(back)] if back.emoji.is_none()),
        "it names its emoji all the same"
    );
    let InboundEvent::Changed(edit) = reader.one("facebook", "edit").await else { panic!("no edit") };
    assert!(edit.key.ends_with(":1:1795168800123"));
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

#[tokio::test]
async fn a_body_nested_without_end_is_unreadable() {
    let reader = Reader::start().await;
    let deep = format!("{{\"entry\":{}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
    assert_eq!(reader.read_body("instagram", &deep).await, Err(NotReceived::Unreadable));
}
