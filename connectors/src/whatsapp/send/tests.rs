//! Requests to Meta that neither the contract nor `messengers::whatsapp` sees, and the meaning of its answers.

use std::collections::BTreeMap;

use base::i18n::{Language, Words};
use base::message::{
    Button, Content, FailureCode, List, Marker, Markup, Media, Person, Quote, Row, Section, State, Template,
};
use chrono::DateTime;
use secrecy::SecretString;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::error_catalog::RefusalClass;
use crate::fake::{Answer, Fake};
use crate::template::{RegisteredHeader, RegisteredTemplate};
use crate::tests::{self, bodies, failure, message, taken, text};
use crate::whatsapp::fake;
use crate::{LastIncoming, Message, MessageIds, PartNumber};

const MARIA: &str = "77010001122";

/// A number with its settings and memory.
struct TestNumber {
    fake: Fake,
    api: GraphApi,
    memory: NumberStates,
    settings: Settings,
}

impl TestNumber {
    async fn new(answers: impl IntoIterator<Item = Answer>) -> Self {
        let fake = fake::start(answers).await;
        let api = GraphApi::new(&crate::fake::http(), &fake.base);
        let secrets = BTreeMap::from([("access_token".to_owned(), SecretString::from("EAAB-CANARY-canary"))]);
        let public = json!({ "phone_number_id": "330022334455667", "waba_id": "220011223344556" });
        Self { fake, api, memory: NumberStates::default(), settings: Settings { public, secrets } }
    }

    async fn send(&self, outgoing: Outgoing) -> Report {
        let send = async |next: &Outgoing| send(&self.api, &self.memory, &self.settings, next).await;
        tests::to_the_end(outgoing, send).await
    }

    /// Bodies of the calls to `/messages`.
    fn posted(&self) -> Vec<Value> {
        let calls = self.fake.calls().into_iter().filter(|call| call.name() == "messages");
        calls.map(|call| call.body()).collect()
    }

    /// The types of the messages, and `media` for an upload.
    fn sent(&self) -> Vec<String> {
        let calls = self.fake.calls();
        let kinds = calls
            .iter()
            .map(|call| call.body()["type"].as_str().filter(|_| call.name() == "messages").map(str::to_owned));
        kinds.map(|kind| kind.unwrap_or_else(|| "media".to_owned())).collect()
    }
}

fn outgoing(event: Event) -> Outgoing {
    tests::outgoing(MARIA, event, tests::Files(bytes))
}

fn created(message: Message) -> Outgoing {
    outgoing(Event::Created(Box::new(message)))
}

fn plain() -> Outgoing {
    created(message(text("x")))
}

/// Sends one message; returns the report and the number with the recorded calls.
async fn sent(message: Message, answers: impl IntoIterator<Item = Answer>) -> (Report, TestNumber) {
    let number = TestNumber::new(answers).await;
    let report = number.send(created(message)).await;
    (report, number)
}

/// What was posted for a message that is accepted.
async fn posted(message: Message) -> Vec<Value> {
    let (report, number) = sent(message, []).await;
    taken(&report);
    number.posted()
}

async fn report(answer: Answer) -> Report {
    sent(message(text("x")), [answer]).await.0
}

fn refused(code: u32) -> Answer {
    fake::refused(code, "refused")
}

/// A file of ours.
fn kept(name: &str, mime: &str) -> Media {
    Media { file_size: 5, ..tests::kept(name, mime) }
}

fn picture(caption: &str) -> Content {
    let text = Some(caption.to_owned()).filter(|caption| !caption.is_empty());
    Content::Picture(Media { text, ..kept("a.jpg", "image/jpeg") })
}

const VORBIS: u128 = 6;

/// Ogg files with Opus, whatever id is requested, but for one with Vorbis.
fn bytes(id: Uuid) -> &'static [u8] {
    if id == Uuid::from_u128(VORBIS) { b"OggS\0\0vorbis" } else { b"OggS\0\0OpusHead" }
}

fn buttons(texts: &[&str]) -> Option<Markup> {
    Some(Markup::Buttons(vec![texts.iter().map(|text| Button { text: (*text).to_owned(), url: None }).collect()]))
}

fn list() -> Option<Markup> {
    let row = Row { id: "k7Qp2Zx1".into(), title: "Delivery".into(), ..Row::default() };
    let sections = vec![Section { title: "Available".into(), rows: vec![row] }];
    let (header, body) = ("Pick".into(), "Choose one below".into());
    Some(Markup::List(List { header, body, sections, ..List::default() }))
}

fn quoting(id: &str) -> Message {
    let quote = Quote { external_id: Some(id.to_owned()), content: Some(text("Which?")), ..Quote::default() };
    Message { reply_to: Some(quote), ..message(text("The blue one")) }
}

/// A message, and a value in its first and only request.
#[tokio::test]
async fn what_has_no_form_of_its_own_is_sent_in_another() {
    let with = |markup: Option<Markup>, content: Content| Message { markup, ..message(content) };
    let voice = |id: u128, mime: &str| {
        message(Content::Voice(Media { media_id: Some(Uuid::from_u128(id)), ..kept("v.ogg", mime) }))
    };
    let passed = Content::Picture(Media { media_id: None, ..kept("a.jpg", "image/jpeg") });
    let image = json!({ "type": "image", "image": { "id": "media-1" } });
    let header = json!({ "type": "text", "text": "Pick" });
    let pdf = json!({ "id": "media-1", "filename": "смета.pdf" });
    let vorbis = json!({ "id": "media-1", "filename": "v.ogg" });
    for (message, pointer, value) in [
        (message(text("Hello")), "/biz_opaque_callback_data", json!(Uuid::from_u128(9).to_string())),
        (message(text("Hello")), "/text", json!({ "body": "Hello", "preview_url": true })),
        (message(Content::File(kept("смета.pdf", "application/pdf"))), "/document", pdf),
        // Heard in any case, but shown as a voice message only if it is Opus; Meta takes no other Ogg as audio.
        (voice(7, "audio/ogg; codecs=opus"), "/audio", json!({ "id": "media-1", "voice": true })),
        (voice(VORBIS, "audio/ogg"), "/document", vorbis),
        (voice(VORBIS, "audio/mpeg"), "/audio", json!({ "id": "media-1" })),
        (message(passed), "/image", json!({ "link": "https://parom.example/media/t/a.jpg" })),
        (message(Content::Contact { name: "Ivan".into(), phone: String::new() }), "/type", json!("text")),
        (quoting("imported-7"), "/text/body", json!("> Which?\n\nThe blue one")),
        (quoting("imported-7"), "/context", Value::Null),
        (with(buttons(&["Yes"]), picture("This one?")), "/interactive/header", image),
        (with(buttons(&["Yes"]), picture("This one?")), "/interactive/body/text", json!("This one?")),
        // A list has its own texts, once.
        (with(list(), text("Pick")), "/interactive/header", header),
        (with(list(), text("Pick")), "/interactive/body/text", json!("Choose one below")),
        (with(list(), text("")), "/interactive/body/text", json!("Choose one below")),
        (with(list(), text("Anna:\nHello")), "/interactive/body/text", json!("Anna:\nHello\n\nChoose one below")),
        (Message { template: Some(values(&[])), ..message(text("It is ready")) }, "/text/body", json!("It is ready")),
    ] {
        let posted = posted(message).await;
        let [only] = posted.as_slice() else { panic!("{posted:?}") };
        assert_eq!(only.pointer(pointer).unwrap_or(&Value::Null), &value, "{only}");
    }
    let two = posted(with(buttons(&["Yes"]), picture(""))).await;
    let kinds = (&two[0]["type"], &two[1]["interactive"]["body"]["text"]);
    assert_eq!(kinds, (&json!("image"), &json!("Choose")), "buttons need a text");
    let long = "word ".repeat(300);
    let two = posted(with(buttons(&["Yes"]), text(&long))).await;
    let body = two[1]["interactive"]["body"]["text"].as_str().unwrap();
    assert!(body.len() <= 1024, "what is too long for buttons goes before them");
    assert_eq!(format!("{}{body}", two[0]["text"]["body"].as_str().unwrap()), long);
    let huge = Media { file_size: 101 * 1024 * 1024, ..kept("film.mkv", "video/x-matroska") };
    let link = posted(message(Content::Video(huge))).await.remove(0);
    assert!(link["text"]["body"].as_str().unwrap().contains("https://parom.example/media/t/film.mkv"));
}

#[tokio::test]
async fn a_person_is_known_by_the_ids_that_meta_returns() {
    let answer = json!({ "contacts": [{ "input": MARIA, "wa_id": "7701000112" }], "messages": [{ "id": "wamid.9" }] });
    let moved = report(fake::ok(answer)).await;
    assert_eq!(taken(&moved).moved_to.as_deref(), Some("7701000112"));
    let first = |phone: Option<&str>| {
        let receiver = Person { phone: phone.map(str::to_owned), ..Person::default() };
        let event = Event::Started(Box::new(Message { receiver, ..message(text("Hi")) }));
        Outgoing { conversation_id: String::new(), ..outgoing(event) }
    };
    let number = TestNumber::new([]).await;
    let report = number.send(first(Some("7 (701) 000-11-22"))).await;
    let begun = taken(&report);
    assert_eq!((begun.conversation_id.as_deref(), begun.receiver_id.as_deref()), (Some(MARIA), Some("KZ.123")));
    for nobody in [None, Some("anna")] {
        assert_eq!(failure(&number.send(first(nobody)).await).0, FailureCode::RecipientUnreachable);
    }
    assert_eq!(number.posted().len(), 1);
}

#[tokio::test]
async fn what_cannot_be_sent_causes_no_call() {
    let mut number = TestNumber::new([]).await;
    assert_eq!(failure(&number.send(created(message(text(" \n")))).await).0, FailureCode::Rejected);
    let edit = number.send(outgoing(Event::Edited(Box::new(message(text("x")))))).await;
    assert_eq!(failure(&edit).0, FailureCode::Unsupported);
    let away = Media { media_id: Some(Uuid::nil()), ..kept("a.jpg", "image/jpeg") };
    let later = number.send(created(message(Content::Picture(away)))).await;
    assert_eq!(later.verdict, Verdict::Retry { after: None, whole_target: false });
    // The template of the first part has the whole text.
    let second = PartNumber { number: 2, of: 2 };
    taken(&number.send(created(Message { part: second, ..made("Ready", &[], text("rest")) })).await);
    number.settings.secrets.clear();
    assert_eq!(number.send(plain()).await.verdict, Verdict::Pause);
    assert!(number.fake.calls().is_empty());
}

/// After the customer's message so many seconds ago.
fn after(event: Event, id: &str, seconds_ago: i64) -> Outgoing {
    let outgoing = outgoing(event);
    let at = outgoing.now - chrono::Duration::seconds(seconds_ago);
    Outgoing { last_incoming: Some(LastIncoming { external_id: id.to_owned(), at }), ..outgoing }
}

/// By an answer, and by typing while the window is open and Meta does not show it yet.
#[tokio::test]
async fn customers_see_once_that_they_are_read() {
    let mut number = TestNumber::new([]).await;
    let typing = || Event::Typing { sender: Person::default(), until: DateTime::UNIX_EPOCH };
    let answer = || Event::Created(Box::new(message(text("x"))));
    let mark = json!({ "messaging_product": "whatsapp", "status": "read", "message_id": "wamid.7" });
    let typed = json!({ "messaging_product": "whatsapp", "status": "read", "message_id": "wamid.7",
        "typing_indicator": { "type": "text" } });
    for (event, id, seconds, expected) in [
        (typing(), "wamid.7", 25 * 3600, None),
        (typing(), "wamid.7", 60, Some(&typed)),
        (typing(), "wamid.7", 60, None),
        (answer(), "wamid.7#1", 60, Some(&mark)),
        (answer(), "wamid.7#1", 60, None),
        // What Meta does not know is not marked.
        (answer(), "imported-1", 60, None),
    ] {
        let before = number.posted().len();
        taken(&number.send(after(event, id, seconds)).await);
        let posted = number.posted().split_off(before);
        assert_eq!(posted.iter().find(|body| body.get("status").is_some()), expected);
    }
    number.settings.public["mark_read"] = json!(false);
    let before = number.posted().len();
    taken(&number.send(after(answer(), "wamid.8", 60)).await);
    taken(&number.send(after(typing(), "wamid.8", 60)).await);
    assert_eq!(number.posted().len() - before, 1, "unless it is switched off");
}

#[tokio::test]
async fn a_reaction_is_set_and_taken_back() {
    let number = TestNumber::new([]).await;
    for (emoji, id) in [(Some("👍"), "wamid.7"), (None, "wamid.7#0"), (Some("👍"), "imported-7")] {
        let message = MessageIds { id: Uuid::from_u128(1), external_id: Some(id.to_owned()) };
        let event = Event::Reaction { message, sender: Person::default(), emoji: emoji.map(str::to_owned) };
        taken(&number.send(outgoing(event)).await);
    }
    let reactions: Vec<Value> = number.posted().into_iter().map(|body| body["reaction"].clone()).collect();
    let set = |emoji: &str| json!({ "message_id": "wamid.7", "emoji": emoji });
    assert_eq!(reactions, [set("👍"), set("")]);
}

fn values(values: &[(&str, &str)]) -> Template {
    let params = values.iter().map(|(key, value)| Marker { key: (*key).to_owned(), value: (*value).to_owned() });
    Template { id: "7103".into(), params: params.collect(), ..Template::default() }
}

/// A message made from an approved template.
fn made(text_of_it: &str, given: &[(&str, &str)], content: Content) -> Message {
    let registered = RegisteredTemplate {
        id: "990011223344".into(),
        name: "order_ready_v2".into(),
        language: "ru".into(),
        header: RegisteredHeader::Text("Order {{lead.id}}".into()),
        content: text_of_it.to_owned(),
        buttons: Vec::new(),
    };
    Message { template: Some(values(given)), registered_template: Some(registered), ..message(content) }
}

#[tokio::test]
async fn values_are_sent_in_the_order_of_their_markers() {
    let parameters = |kind: &str, values: &[&str]| {
        let values: Vec<Value> = values.iter().map(|value| json!({ "type": "text", "text": value })).collect();
        json!({ "type": kind, "parameters": values })
    };
    let hi = "Hi {{contact.name}}, order {{lead.id}} for {{contact.name}} is ready";
    for (content, given, components) in [
        (
            hi,
            vec![("{{lead.id}}", "1592"), ("{{contact.name}}", "Мария\n  К.")],
            json!([parameters("header", &["1592"]), parameters("body", &["Мария; К.", "1592"])]),
        ),
        // Parts without variables are left out, and missing values are dashes.
        ("It is ready", vec![("\\{\\{lead.id}}", "7")], json!([parameters("header", &["7"])])),
        (hi, Vec::new(), json!([parameters("header", &["–"]), parameters("body", &["–", "–"])])),
    ] {
        let posted = posted(made(content, &given, text("the final text is not sent"))).await;
        let expected = json!({ "name": "order_ready_v2", "language": { "code": "ru" }, "components": components });
        assert_eq!((posted.len(), &posted[0]["template"]), (1, &expected));
    }
    let template = made("Hi {{contact.name}}!", &[("{{contact.name}}", "a\u{a0}\u{a0}b")], text("x"));
    let (_, number) = sent(template, [fake::refused(132_007, "character policy violated")]).await;
    let value = number.posted().pop().unwrap()["template"]["components"][1]["parameters"][0]["text"].clone();
    assert_eq!(value, "a b", "in the only form that Meta may take");
}

/// amoCRM may send only the values of the text; the link is filled in where the message has it as a button.
#[tokio::test]
async fn a_links_end_is_found_in_the_messages_own_button() {
    let url = |url: &str| Button { text: "Order".into(), url: Some(url.to_owned()) };
    for (address, end) in [
        ("https://acme.test/o/1592", "1592"),
        ("https://acme.test/o/{{lead.id}}", "–"),
        ("https://acme.test/other", "–"),
    ] {
        let mut message = made("Ready", &[], text("Ready"));
        message.markup = Some(Markup::Buttons(vec![vec![url(address)]]));
        message.registered_template.as_mut().unwrap().buttons = vec![url("https://acme.test/o/{{lead.id}}")];
        let components = posted(message).await[0]["template"]["components"].clone();
        assert_eq!(components[1]["parameters"][0]["text"], end, "{address}");
    }
}

/// A message, the codes of Meta's refusals, and what is sent until it is accepted.
#[tokio::test]
async fn a_picture_becomes_a_document_and_then_a_link() {
    let asks = || Message { markup: buttons(&["Yes"]), ..message(picture("Look")) };
    let uploaded = || fake::ok(json!({ "id": "m1" }));
    for (message, answers, sent_in_turn) in [
        (message(picture("Look")), vec![uploaded(), refused(131_053)], vec!["media", "image", "document"]),
        // The upload is known by then, and may be one that Meta dropped.
        (
            message(picture("Look")),
            vec![uploaded(), refused(131_053), refused(131_053)],
            vec!["media", "image", "document", "media", "document"],
        ),
        // The upload itself is refused.
        (message(picture("Look")), vec![refused(131_053), refused(100)], vec!["media", "media", "text"]),
        (asks(), vec![refused(131_053), refused(131_053)], vec!["media", "media", "text", "interactive"]),
        (quoting("wamid.7"), vec![refused(131_009)], vec!["text", "text"]),
    ] {
        let (report, number) = sent(message, answers).await;
        taken(&report);
        assert_eq!(number.sent(), sent_in_turn);
        let last = number.posted().pop().unwrap();
        assert_eq!(last.get("context"), None);
        if let Some(link) =
            number.posted().iter().find(|body| body["type"] == "text" && sent_in_turn.contains(&"media"))
        {
            assert!(link["text"]["body"].as_str().unwrap().contains("https://parom.example/media/t/a.jpg"), "{link}");
        }
    }
    for (message, code, calls) in
        [(message(picture("")), 131_053, 3), (quoting("wamid.7"), 131_009, 2), (message(text("x")), 131_009, 1)]
    {
        let (report, number) = sent(message, vec![refused(code); calls]).await;
        assert_eq!((failure(&report).0, number.fake.calls().len()), (FailureCode::Rejected, calls), "{code}");
    }
    let (lost, _) = sent(message(picture("")), [Answer::Reset]).await;
    assert_eq!(lost.verdict, Verdict::Retry { after: None, whole_target: false }, "an upload is no message");
}

#[tokio::test]
async fn a_file_that_goes_out_again_is_uploaded_once_and_again_if_meta_dropped_it() {
    let number = TestNumber::new([]).await;
    for _ in 0..2 {
        taken(&number.send(created(message(picture("")))).await);
    }
    number.fake.answers("messages", refused(131_009));
    taken(&number.send(created(message(picture("")))).await);
    assert_eq!(number.sent(), ["media", "image", "image", "image", "media", "image"]);
    let ids: Vec<Value> = number.posted().into_iter().map(|body| body["image"]["id"].clone()).collect();
    assert_eq!(ids, ["media-1", "media-1", "media-1", "media-2"]);
}

#[tokio::test]
async fn every_row_of_the_catalog_is_acted_upon() {
    // The first of its range, as an answer to a text without anything that could be changed.
    for row in WHATSAPP.rows.iter().filter(|row| !["w62", "w63"].contains(&row.id)) {
        let code = *row.codes.start();
        let report = report(refused(code)).await;
        let name = format!("{} {code}", row.id);
        match (row.class, &report.verdict) {
            (RefusalClass::Permanent | RefusalClass::Resend(_), Verdict::Bury(failure)) => {
                assert_eq!(failure.text, row.failure(Words::new(Language::En)).text, "{name}");
            }
            (RefusalClass::Transient, Verdict::Retry { .. })
            | (RefusalClass::Pause, Verdict::Pause)
            | (RefusalClass::Done, Verdict::Done(_)) => {}
            (class, verdict) => panic!("{name}: {class:?} {verdict:?}"),
        }
        let found = WHATSAPP.of_answer(report.status, &report.answer).map(|row| row.id);
        assert_eq!(found, Some(row.id), "{name}: found again by its answer");
    }
}

#[tokio::test]
async fn answers_mean_what_the_documents_say() {
    let sample = |name: &str| serde_json::from_str::<Value>(&bodies::body("whatsapp", name)).unwrap();
    let retry =
        |after: Option<u64>, whole_target| Verdict::Retry { after: after.map(Duration::from_secs), whole_target };
    for (answer, verdict) in [
        (Answer::Json(400, sample("api_error_131056")), retry(Some(6), false)),
        (Answer::Json(401, sample("api_error_190")), Verdict::Pause),
        (Answer::Text(429, ""), retry(None, true)),
    ] {
        assert_eq!(report(answer.clone()).await.verdict, verdict, "{answer:?}");
    }
    assert!(failure(&report(Answer::Json(400, sample("api_error_131062"))).await).1.contains("phone"));
    assert_eq!(failure(&report(refused(131_999)).await).0, FailureCode::Rejected);
    let ended = report(Answer::Json(401, sample("api_error_190"))).await.reason;
    assert_eq!(ended, "WhatsApp does not accept the access token: it is wrong or has expired. Enter a new one.");
    for accepted in ["api_send_ok", "api_send_template_ok"] {
        let report = report(fake::ok(sample(accepted))).await;
        let taken = taken(&report);
        assert_eq!(taken.external_id.as_deref(), Some("wamid.HBgLNzcwMTAwMDExMjIVAgARGBJPVVQwMDEwAA=="));
        assert_eq!(taken.state, Some(State::Sent));
    }
}

/// One person's limit, a number's and the server's trouble: once for each wait, longer each time, until a success.
#[tokio::test]
async fn waits_after_limits_and_trouble_grow() {
    let (limits, trouble) = ([5, 10, 20, 40, 80, 160, 300, 300], [3, 10, 30, 60, 120, 240, 240, 240]);
    for (codes, whole_target, waits) in [
        (vec![130_429, 80_007, 4], true, limits),
        (vec![131_016, 131_000, 1, 2, 133_004], false, trouble),
        (vec![131_057], true, trouble),
    ] {
        for code in codes {
            let mut answers = vec![refused(code); 16];
            answers.extend([fake::ok(json!({ "messages": [{ "id": "wamid.1" }] })), refused(code)]);
            let number = TestNumber::new(answers).await;
            let mut letter = plain();
            for wait in waits {
                let wait = Duration::from_secs(wait);
                let verdict = Verdict::Retry { after: Some(wait), whole_target };
                for _ in 0..2 {
                    assert_eq!(number.send(letter.clone()).await.verdict, verdict, "{code}: once for each wait");
                }
                letter.now += wait;
            }
            taken(&number.send(letter.clone()).await);
            let first = Verdict::Retry { after: Some(Duration::from_secs(waits[0])), whole_target };
            assert_eq!(number.send(letter).await.verdict, first, "{code}: a success ends it");
        }
    }
    let number = TestNumber::new(vec![refused(131_056); 4]).await;
    for wait in [6, 24, 96, 96] {
        let verdict = Verdict::Retry { after: Some(Duration::from_secs(wait)), whole_target: false };
        assert_eq!(number.send(plain()).await.verdict, verdict, "a chat over its rate waits alone");
    }
}

#[tokio::test]
async fn a_burst_to_one_person_is_earned_back() {
    let number = TestNumber::new([]).await;
    let mut rests = Vec::new();
    for _ in 0..22 {
        rests.push(number.send(plain()).await.rest.as_secs());
    }
    assert_eq!(rests.iter().filter(|rest| **rest == 0).count(), 19);
    assert_eq!(rests[19..], [6, 12, 18]);
    let other = Outgoing { conversation_id: "77019998877".into(), ..plain() };
    assert_eq!(number.send(other).await.rest, Duration::ZERO, "others do not wait");
}

#[tokio::test]
async fn a_gateways_page_is_no_verdict() {
    tests::weather(&[404], async |answer| report(answer).await).await;
}
