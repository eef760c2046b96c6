//! Every sample body (avito §10) with its result; and altered bodies, none of which may cause a panic.

use base::i18n::Language;
use base::message::Content;

use super::*;
use crate::avito::fake::{self, SELLER, body, fixture, settings};
use crate::fake::Fake;
use crate::tests::bodies::{self, expected, hold, mangle, says};

async fn read_body(fake: &Fake, body: &str, language: Language) -> Result<Vec<InboundEvent>, NotReceived> {
    receive(&fake::avito(fake), &settings(), body.as_bytes(), Words::new(language)).await
}

/// The only event of a sample, in English. The chat has begun before.
async fn one(name: &str) -> InboundEvent {
    let fake = fake::start().await;
    let mut earlier = fixture("api_messages");
    for message in earlier.as_array_mut().unwrap() {
        message["author_id"] = fixture(name).pointer("/payload/value/author_id").cloned().unwrap_or_default();
        message["id"] = json!(format!("earlier-{}", message["id"]));
        message["created"] = json!(1_795_000_000);
    }
    fake.next("/messages/", 200, earlier);
    let events = read_body(&fake, &body(name), Language::En).await.unwrap_or_else(|why| panic!("{name}: {why:?}"));
    let [event] = <[InboundEvent; 1]>::try_from(events).unwrap_or_else(|all| panic!("{name}: {all:?}"));
    event
}

#[track_caller]
fn message(event: InboundEvent) -> IncomingMessage {
    match event {
        InboundEvent::Wrote(written) => *written,
        other => panic!("{other:?}"),
    }
}

/// What becomes of an event, in one line.
fn shown(event: InboundEvent) -> String {
    let InboundEvent::Wrote(written) = event else { return format!("{event:?}") };
    let Body { content, caption, .. } = written.body;
    let caption = caption.map_or_else(String::new, |caption| format!(" + {caption}"));
    match content {
        Content::Text { text } => format!("text {text}{caption}"),
        Content::Location { latitude, longitude } => format!("location {latitude} {longitude}{caption}"),
        other => {
            let media = other.media().unwrap();
            let from = media.reference.clone().unwrap_or_else(|| media.media_url.clone());
            format!("{} {} {from}", other.kind(), media.file_name)
        }
    }
}

#[tokio::test]
async fn every_sample_becomes_what_the_table_says() {
    for (name, wanted) in expected("avito") {
        assert_eq!([shown(one(&name).await)], wanted[..], "{name}");
    }
    let described = [
        "external_id: \"bdcc5bac2d00345f1cc66fa657810001\"",
        "Some(1795168799000)",
        "id: \"77001122\", role: Client, name: Some(\"Мария\")",
        "https://51.img.avito.st/avatar/social/256x256/10243300051.jpg",
        "https://avito.ru/user/db65c00c946dc404e11f14755465453b/profile",
        "receiver: None",
    ];
    says("hook_text", &format!("{:?}", one("hook_text").await), &described);
    // No number is rounded.
    let nameless = ["id: \"9007199254740993123\", role: Client, name: Some(\"Avito 9007199254740993123\")"];
    says("hook_ids_as_text", &format!("{:?}", one("hook_ids_as_text").await), &nameless);
    let quoting = ["reply_to: Some(", "external_id: Some(\"bdcc5bac2d00345f1cc66fa657810001\")"];
    says("hook_quote", &format!("{:?}", one("hook_quote").await), &quoting);
}

#[tokio::test]
async fn the_first_post_says_since_when_avito_posts() {
    let fake = fake::start().await;
    let mut settings = settings();
    settings.public["facts"] = json!({ "bot": { "id": SELLER } });
    let events = receive(&fake::avito(&fake), &settings, body("hook_text").as_bytes(), Words::new(Language::En)).await;
    let learned = events.unwrap().remove(0);
    let value = json!(1_795_168_799);
    assert_eq!(learned, InboundEvent::Learned { part: "avito", key: "since".to_owned(), value });
}

const ABOUT: &str = "[Advert] Диван синий, 30 000 ₽\nhttps://avito.ru/moskva/mebel_i_interer/divan_siniy_3344556677";

/// The same sample as another message.
fn another(name: &str, id: &str) -> String {
    let mut body = fixture(name);
    body["payload"]["value"]["id"] = json!(id);
    body.to_string()
}

async fn read(avito: &Avito, body: &str) -> IncomingMessage {
    let events = receive(avito, &settings(), body.as_bytes(), Words::new(Language::En)).await.unwrap();
    message(events.into_iter().next().unwrap())
}

fn text(written: &IncomingMessage) -> &str {
    match &written.body.content {
        Content::Text { text } => text,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn it_is_the_caption_of_what_is_no_text() {
    let read_first = |name: &'static str| async move {
        let fake = fake::start().await;
        fake.next("/messages/", 200, json!([]));
        read(&fake::avito(&fake), &body(name)).await.body
    };
    let picture = read_first("hook_image").await;
    assert_eq!(picture.content.media().unwrap().text.as_deref(), Some(ABOUT));
    let place = read_first("hook_location").await;
    assert_eq!(place.caption, Some(format!("{ABOUT}\n\nМосква, Варшавское шоссе")));
}

#[tokio::test]
async fn a_chat_that_began_before_the_source_has_it_above_the_first_message_that_came() {
    let earlier = |created: i64| {
        let mut list = fixture("api_messages");
        list[3]["created"] = json!(created);
        list[3]["id"] = json!("earlier");
        list
    };
    for (created, shown) in [(1_699_999_999, true), (1_700_000_000, false)] {
        let fake = fake::start().await;
        fake.next("/messages/", 200, earlier(created));
        let written = read(&fake::avito(&fake), &body("hook_text")).await;
        assert_eq!(text(&written).starts_with(ABOUT), shown, "{created}");
    }
}

#[tokio::test]
async fn a_message_does_not_wait_for_it_and_the_next_one_has_it() {
    for broken in ["/v2/", "/v3/", "/token"] {
        let fake = fake::start().await;
        let avito = fake::avito(&fake);
        fake.next(broken, 503, json!({}));
        assert_eq!(text(&read(&avito, &body("hook_text")).await), "Ещё продаёте?", "{broken}");
        let next = read(&avito, &another("hook_text", "second")).await;
        assert_eq!(text(&next), format!("{ABOUT}\n\nЕщё продаёте?"), "{broken}");
        let third = read(&avito, &another("hook_text", "third")).await;
        assert_eq!(text(&third), "Ещё продаёте?", "{broken}");
    }
}

/// Reads beside an Avito that does not answer.
fn alone() -> impl Fn(&[u8]) -> Result<Vec<InboundEvent>, NotReceived> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut avito = fake::avito(&runtime.block_on(fake::start()));
    avito.api.base = url::Url::parse("http://127.0.0.1:9/").unwrap();
    move |body: &[u8]| runtime.block_on(receive(&avito, &settings(), body, Words::new(Language::En)))
}

#[test]
fn invalid_json_is_unreadable() {
    let read_alone = alone();
    for body in ["", "{", "nonsense", "\u{0}", "[1,2"] {
        assert_eq!(read_alone(body.as_bytes()), Err(NotReceived::Unreadable), "{body}");
    }
    for body in ["null", "1", "\"\"", r#"{"payload":{"type":"message","value":7}}"#] {
        let read = read_alone(body.as_bytes());
        assert!(matches!(&read, Err(NotReceived::Unreadable)), "{body}: {read:?}");
    }
    for body in ["[]", r#"{"id":"1"}"#, r#"{"payload":{}}"#, r#"{"payload":{"type":"message","value":{}}}"#] {
        let read = read_alone(body.as_bytes()).unwrap();
        assert!(matches!(read.as_slice(), [InboundEvent::Unknown(_)]), "{body}: {read:?}");
    }
}

#[test]
fn a_field_of_another_type_affects_no_other_field() {
    let mut post = fixture("hook_text");
    post["payload"]["value"]["created"] = json!("soon");
    post["payload"]["value"]["content"]["image"] = json!([1]);
    post["payload"]["value"]["quote"] = json!("x");
    let written = message(alone()(post.to_string().as_bytes()).unwrap().remove(0));
    assert_eq!(
        (written.sent_at, shown(InboundEvent::Wrote(Box::new(written)))),
        (None, "text Ещё продаёте?".to_owned())
    );
}

#[test]
fn nothing_in_a_body_breaks_its_reader() {
    let (reads, bodies) = (alone(), bodies::all("avito"));
    mangle(300, &bodies, json!(SELLER), |_, body| hold(&reads(body.as_bytes()).unwrap_or_default()));
}
