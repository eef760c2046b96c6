//! Requests to Meta, and the meaning of its answers.

use std::collections::BTreeMap;

use base::config::Config;
use base::http_client::HttpClients;
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
use crate::fake::{Answer, Call, Fake};
use crate::template::{RegisteredHeader, RegisteredTemplate, TemplateFileKind};
use crate::tests::{self, failure, message, taken, text};
use crate::whatsapp::fake;
use crate::{LastIncoming, Message, MessageIds, PartNumber};

mod refusals;

const TOKEN: &str = "EAAB-CANARY-canary";

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
        let http = HttpClients::new(&Config::from_toml("").unwrap().network).unwrap();
        let api = GraphApi::new(&http, &fake.base);
        let secrets = BTreeMap::from([("access_token".to_owned(), SecretString::from(TOKEN))]);
        let public = json!({ "phone_number_id": "330022334455667", "waba_id": "220011223344556" });
        Self { fake, api, memory: NumberStates::default(), settings: Settings { public, secrets } }
    }

    async fn send(&self, outgoing: Outgoing) -> Report {
        let send = async |next: &Outgoing| send(&self.api, &self.memory, &self.settings, next).await;
        tests::to_the_end(outgoing, send).await
    }

    /// Bodies of the calls to `/messages`.
    fn posted(&self) -> Vec<Value> {
        let calls = self.fake.calls().into_iter().filter(|call| call.path == "330022334455667/messages");
        calls.map(|call| call.body()).collect()
    }

    fn uploads(&self) -> Vec<Call> {
        self.fake.calls().into_iter().filter(|call| call.path == "330022334455667/media").collect()
    }
}

/// Sends one message; returns the report and the number with the recorded calls.
async fn sent(message: Message, answers: impl IntoIterator<Item = Answer>) -> (Report, TestNumber) {
    let number = TestNumber::new(answers).await;
    let report = number.send(outgoing(Event::Created(Box::new(message)))).await;
    (report, number)
}

/// What was posted for a message, without its envelope.
async fn posted(message: Message) -> Vec<Value> {
    let (report, number) = sent(message, []).await;
    taken(&report);
    number.posted().into_iter().map(bare).collect()
}

fn bare(mut body: Value) -> Value {
    let fields = body.as_object_mut().unwrap();
    for name in ["messaging_product", "recipient_type", "to", "biz_opaque_callback_data"] {
        assert!(fields.remove(name).is_some(), "{name} is missing");
    }
    body
}

fn outgoing(event: Event) -> Outgoing {
    tests::outgoing(MARIA, event, tests::Files(bytes))
}

/// A file of ours.
fn kept(name: &str, mime: &str) -> Media {
    Media { file_size: 5, ..tests::kept(name, mime) }
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
    let row = Row { id: "k7Qp2Zx1".into(), title: "Delivery".into(), description: "1-2 days".into() };
    let section = Section { title: "Available".into(), rows: vec![row] };
    Some(Markup::List(List {
        header: "Pick".into(),
        body: "Choose one below".into(),
        footer: "Acme".into(),
        button: "Services".into(),
        sections: vec![section],
    }))
}

#[tokio::test]
async fn buttons_are_shown_below_the_text() {
    let posted = posted(Message { markup: buttons(&["Yes", "No"]), ..message(text("Deliver today?")) }).await;
    let [only] = posted.as_slice() else { panic!("{posted:?}") };
    let interactive = &only["interactive"];
    assert_eq!(
        (&only["type"], &interactive["type"], &interactive["body"]["text"]),
        (&json!("interactive"), &json!("button"), &json!("Deliver today?"))
    );
    assert_eq!(interactive["action"]["buttons"][1]["reply"]["title"], "No");
}

#[tokio::test]
async fn a_picture_with_its_text_and_buttons_is_one_message() {
    let picture = Content::Picture(Media { text: Some("This one?".into()), ..kept("a.jpg", "image/jpeg") });
    let one = posted(Message { markup: buttons(&["Yes"]), ..message(picture) }).await;
    let [only] = one.as_slice() else { panic!("{one:?}") };
    assert_eq!(only["interactive"]["header"], json!({ "type": "image", "image": { "id": "media-1" } }));
    assert_eq!(only["interactive"]["body"]["text"], "This one?");
    let bare = Content::Picture(kept("a.jpg", "image/jpeg"));
    let two = posted(Message { markup: buttons(&["Yes"]), ..message(bare) }).await;
    assert_eq!(
        (&two[0]["type"], &two[1]["interactive"]["body"]["text"]),
        (&json!("image"), &json!("Choose")),
        "buttons need a text"
    );
}

#[tokio::test]
async fn a_list_has_its_own_texts_once() {
    for said in ["Choose one below", "", "Pick"] {
        let posted = posted(Message { markup: list(), ..message(text(said)) }).await;
        let [only] = posted.as_slice() else { panic!("{said}: {posted:?}") };
        let interactive = &only["interactive"];
        assert_eq!(
            (&interactive["header"]["text"], &interactive["body"]["text"], &interactive["footer"]["text"]),
            (&json!("Pick"), &json!("Choose one below"), &json!("Acme"))
        );
        assert_eq!(interactive["action"]["sections"][0]["rows"][0]["id"], "k7Qp2Zx1");
    }
    let other = posted(Message { markup: list(), ..message(text("Anna:\nHello")) }).await;
    assert_eq!(other[0]["interactive"]["body"]["text"], "Anna:\nHello\n\nChoose one below");
}

#[tokio::test]
async fn a_text_too_long_for_buttons_goes_before_them() {
    let long = "word ".repeat(300);
    let posted = posted(Message { markup: buttons(&["Yes"]), ..message(text(&long)) }).await;
    let [first, second] = posted.as_slice() else { panic!("{posted:?}") };
    let body = second["interactive"]["body"]["text"].as_str().unwrap();
    assert!(body.len() <= 1024);
    assert_eq!(format!("{}{body}", first["text"]["body"].as_str().unwrap()), long);
}

#[tokio::test]
async fn buttons_that_do_not_fit_are_lines() {
    let many: Vec<String> = (1..=11).map(|number| format!("Answer {number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let posted = posted(Message { markup: buttons(&many), ..message(text("Which?")) }).await;
    let [only] = posted.as_slice() else { panic!("{posted:?}") };
    assert!(only["text"]["body"].as_str().unwrap().starts_with("Which?\n\n1. Answer 1\n2. Answer 2\n"));
}

#[tokio::test]
async fn a_text_goes_with_its_letter_and_its_links_shown() {
    let (report, number) = sent(message(text("Hello")), []).await;
    let expected = json!({
        "messaging_product": "whatsapp", "recipient_type": "individual", "to": MARIA,
        "biz_opaque_callback_data": Uuid::from_u128(9).to_string(),
        "type": "text", "text": { "body": "Hello", "preview_url": true },
    });
    assert_eq!(number.posted(), [expected]);
    let taken = taken(&report);
    assert_eq!((taken.external_id.as_deref(), taken.state), (Some("wamid.1"), Some(State::Sent)));
    assert_eq!((&taken.moved_to, &taken.conversation_id), (&None, &None));
}

#[tokio::test]
async fn a_conversation_says_whom_to_address() {
    for (conversation, address) in [
        ("KZ.123", json!({ "recipient_type": "individual", "recipient": "KZ.123" })),
        ("Y2FwaV9n", json!({ "recipient_type": "group", "to": "Y2FwaV9n" })),
    ] {
        let number = TestNumber::new([]).await;
        let to = Outgoing {
            conversation_id: conversation.to_owned(),
            ..outgoing(Event::Created(Box::new(message(text("x")))))
        };
        taken(&number.send(to).await);
        let body = number.posted().remove(0);
        for (name, value) in address.as_object().unwrap() {
            assert_eq!(body[name], *value, "{conversation}");
        }
    }
}

#[tokio::test]
async fn a_manager_writes_first_by_phone() {
    let first = |phone: Option<&str>| {
        let receiver = Person { phone: phone.map(str::to_owned), ..Person::default() };
        let event = Event::Started(Box::new(Message { receiver, ..message(text("Hi")) }));
        Outgoing { conversation_id: String::new(), ..outgoing(event) }
    };
    let number = TestNumber::new([]).await;
    let report = number.send(first(Some("7 (701) 000-11-22"))).await;
    assert_eq!(number.posted()[0]["to"], MARIA);
    let begun = taken(&report);
    assert_eq!((begun.conversation_id.as_deref(), begun.receiver_id.as_deref()), (Some(MARIA), Some("KZ.123")));
    for nobody in [None, Some("anna")] {
        assert_eq!(failure(&number.send(first(nobody)).await).0, FailureCode::RecipientUnreachable);
    }
    assert_eq!(number.posted().len(), 1);
}

#[tokio::test]
async fn a_number_that_meta_writes_differently_is_kept() {
    let answer = json!({ "contacts": [{ "input": MARIA, "wa_id": "7701000112" }], "messages": [{ "id": "wamid.9" }] });
    let (report, _) = sent(message(text("x")), [fake::ok(answer)]).await;
    assert_eq!(taken(&report).moved_to.as_deref(), Some("7701000112"));
}

#[tokio::test]
async fn files_are_uploaded_and_sent_by_id() {
    let captioned = |media: Media| Media { text: Some("Look".into()), ..media };
    for (content, kind, object) in [
        (
            Content::Picture(captioned(kept("a.jpg", "image/jpeg"))),
            "image",
            json!({ "id": "media-1", "caption": "Look" }),
        ),
        (Content::Video(captioned(kept("a.mp4", "video/mp4"))), "video", json!({ "id": "media-1", "caption": "Look" })),
        (
            Content::File(captioned(kept("смета.pdf", "application/pdf"))),
            "document",
            json!({ "id": "media-1", "filename": "смета.pdf", "caption": "Look" }),
        ),
        (Content::Audio(kept("a.mp3", "audio/mpeg")), "audio", json!({ "id": "media-1" })),
        (Content::Sticker(kept("a.webp", "image/webp")), "sticker", json!({ "id": "media-1" })),
    ] {
        let (report, number) = sent(message(content.clone()), []).await;
        taken(&report);
        assert_eq!(
            number.posted().into_iter().map(bare).collect::<Vec<_>>(),
            [json!({ "type": kind, kind: object })],
            "{content:?}"
        );
        let upload = number.uploads().remove(0);
        let file = upload.file.unwrap();
        let media = content.media().unwrap();
        assert_eq!((file.name, Some(file.kind)), (media.file_name.clone(), media.mime_type.clone()));
        assert_eq!(file.bytes, bytes(Uuid::from_u128(7)));
    }
}

#[tokio::test]
async fn a_voice_is_one_if_it_is_opus() {
    let voice =
        |id: u128, mime: &str| Content::Voice(Media { media_id: Some(Uuid::from_u128(id)), ..kept("v.ogg", mime) });
    let opus = json!({ "type": "audio", "audio": { "id": "media-1", "voice": true } });
    assert_eq!(posted(message(voice(7, "audio/ogg; codecs=opus"))).await, [opus]);
    let vorbis = json!({ "type": "document", "document": { "id": "media-1", "filename": "v.ogg" } });
    assert_eq!(posted(message(voice(VORBIS, "audio/ogg"))).await, [vorbis], "Meta takes no other Ogg as audio");
    let mp3 = json!({ "type": "audio", "audio": { "id": "media-1" } });
    assert_eq!(posted(message(voice(VORBIS, "audio/mpeg"))).await, [mp3], "heard, but not shown as a voice message");
}

#[tokio::test]
async fn a_text_that_has_no_place_below_its_file_follows_it() {
    for content in [Content::Sticker(kept("a.webp", "image/webp")), Content::Voice(kept("a.ogg", "audio/ogg"))] {
        let mut content = content;
        content.media_mut().unwrap().text = Some("Look".into());
        let posted = posted(message(content)).await;
        assert_eq!((posted.len(), &posted[1]["text"]["body"]), (2, &json!("Look")));
    }
}

#[tokio::test]
async fn places_and_cards_go_as_what_they_are() {
    let place = posted(message(Content::Location { latitude: 43.2, longitude: 76.9 })).await;
    assert_eq!(place, [json!({ "type": "location", "location": { "latitude": 43.2, "longitude": 76.9 } })]);
    let card = posted(message(Content::Contact { name: "Ivan".into(), phone: "+7 701 000 22 33".into() })).await;
    let expected = json!([{ "name": { "formatted_name": "Ivan", "first_name": "Ivan" },
        "phones": [{ "phone": "+7 701 000 22 33", "wa_id": "77010002233", "type": "CELL" }] }]);
    assert_eq!(card, [json!({ "type": "contacts", "contacts": expected })]);
    let nameless = posted(message(Content::Contact { name: "Ivan".into(), phone: String::new() })).await;
    assert_eq!(nameless[0]["type"], "text", "without a phone it is no card");
}

#[tokio::test]
async fn a_quote_points_to_the_customers_message() {
    let quote =
        |id: &str| Some(Quote { external_id: Some(id.to_owned()), content: Some(text("Which?")), ..Quote::default() });
    let known = posted(Message { reply_to: quote("wamid.7"), ..message(text("The blue one")) }).await;
    assert_eq!(
        known,
        [
            json!({ "context": { "message_id": "wamid.7" }, "type": "text", "text": { "body": "The blue one", "preview_url": true } })
        ]
    );
    let unknown = posted(Message { reply_to: quote("imported-7"), ..message(text("The blue one")) }).await;
    assert_eq!((unknown[0].get("context"), &unknown[0]["text"]["body"]), (None, &json!("> Which?\n\nThe blue one")));
}

#[tokio::test]
async fn a_file_that_goes_out_again_is_uploaded_once() {
    let number = TestNumber::new([]).await;
    for letter in 1..=2 {
        let picture = message(Content::Picture(kept("a.jpg", "image/jpeg")));
        let again = Outgoing { letter_id: Uuid::from_u128(letter), ..outgoing(Event::Created(Box::new(picture))) };
        taken(&number.send(again).await);
    }
    let ids: Vec<Value> = number.posted().into_iter().map(|body| body["image"]["id"].clone()).collect();
    assert_eq!((number.uploads().len(), ids), (1, vec![json!("media-1"), json!("media-1")]));
}

#[tokio::test]
async fn a_file_that_is_not_here_goes_by_its_address() {
    let passed = Media { media_id: None, ..kept("a.jpg", "image/jpeg") };
    let posted = posted(message(Content::Picture(passed))).await;
    assert_eq!(posted[0]["image"], json!({ "link": "https://parom.example/media/t/a.jpg" }));
    let away = Media { media_id: Some(Uuid::nil()), ..kept("a.jpg", "image/jpeg") };
    let (report, number) = sent(message(Content::Picture(away)), []).await;
    assert_eq!(report.verdict, Verdict::Retry { after: None, whole_target: false });
    assert!(number.fake.calls().is_empty());
    let huge = Media { file_size: 101 * 1024 * 1024, ..kept("film.mkv", "video/x-matroska") };
    let posted = self::posted(message(Content::Video(huge))).await;
    assert!(posted[0]["text"]["body"].as_str().unwrap().contains("https://parom.example/media/t/film.mkv"));
}

#[tokio::test]
async fn nothing_is_no_message_and_an_edit_is_refused() {
    let (report, number) = sent(message(text(" \n")), []).await;
    assert_eq!(failure(&report).0, FailureCode::Rejected);
    let edit = number.send(outgoing(Event::Edited(Box::new(message(text("x")))))).await;
    assert_eq!(failure(&edit).0, FailureCode::Unsupported);
    assert!(number.fake.calls().is_empty());
}

const NOW: i64 = 1_795_168_800;

fn after(event: Event, id: &str, seconds_ago: i64) -> Outgoing {
    let at = DateTime::from_timestamp(NOW - seconds_ago, 0).unwrap();
    Outgoing { last_incoming: Some(LastIncoming { external_id: id.to_owned(), at }), ..outgoing(event) }
}

fn typing() -> Event {
    Event::Typing { sender: Person::default(), until: DateTime::from_timestamp(NOW + 5, 0).unwrap() }
}

#[tokio::test]
async fn an_answer_marks_the_customers_message_as_read_once() {
    let number = TestNumber::new([]).await;
    for _ in 0..2 {
        taken(&number.send(after(Event::Created(Box::new(message(text("x")))), "wamid.7#1", 60)).await);
    }
    let read = json!({ "messaging_product": "whatsapp", "status": "read", "message_id": "wamid.7" });
    let marks: Vec<Value> = number.posted().into_iter().filter(|body| body.get("status").is_some()).collect();
    assert_eq!(marks, [read]);
    taken(&number.send(after(Event::Created(Box::new(message(text("x")))), "imported-1", 60)).await);
    assert_eq!(number.posted().len(), 4, "what Meta does not know is not marked");
}

#[tokio::test]
async fn a_failed_read_mark_changes_nothing() {
    let ok = fake::ok(json!({ "messages": [{ "id": "wamid.1" }] }));
    let number = TestNumber::new([ok, fake::refused(100, "no such message")]).await;
    let report = number.send(after(Event::Created(Box::new(message(text("x")))), "wamid.7", 60)).await;
    assert_eq!(taken(&report).external_id.as_deref(), Some("wamid.1"));
}

#[tokio::test]
async fn typing_is_shown_while_the_window_is_open() {
    let number = TestNumber::new([]).await;
    taken(&number.send(after(typing(), "wamid.7", 60)).await);
    taken(&number.send(after(typing(), "wamid.7", 60)).await);
    let expected = json!({ "messaging_product": "whatsapp", "status": "read", "message_id": "wamid.7", "typing_indicator": { "type": "text" } });
    assert_eq!(number.posted(), [expected], "it is shown for 25 seconds");
    let quiet = TestNumber::new([]).await;
    taken(&quiet.send(after(typing(), "wamid.7", 25 * 3600)).await);
    taken(&quiet.send(outgoing(typing())).await);
    assert!(quiet.posted().is_empty());
}

#[tokio::test]
async fn no_read_marks_are_sent_if_they_are_switched_off() {
    let mut number = TestNumber::new([]).await;
    number.settings.public["mark_read"] = json!(false);
    taken(&number.send(after(Event::Created(Box::new(message(text("x")))), "wamid.7", 60)).await);
    taken(&number.send(after(typing(), "wamid.7", 60)).await);
    assert_eq!(number.posted().len(), 1);
}

#[tokio::test]
async fn a_reaction_is_set_and_taken_back() {
    let number = TestNumber::new([]).await;
    let react = |emoji: Option<&str>, id: &str| Event::Reaction {
        message: MessageIds { id: Uuid::from_u128(1), external_id: Some(id.to_owned()) },
        sender: Person::default(),
        emoji: emoji.map(str::to_owned),
    };
    taken(&number.send(outgoing(react(Some("👍"), "wamid.7"))).await);
    taken(&number.send(outgoing(react(None, "wamid.7#0"))).await);
    taken(&number.send(outgoing(react(Some("👍"), "imported-7"))).await);
    let reactions: Vec<Value> = number.posted().into_iter().map(|body| body["reaction"].clone()).collect();
    assert_eq!(
        reactions,
        [json!({ "message_id": "wamid.7", "emoji": "👍" }), json!({ "message_id": "wamid.7", "emoji": "" })]
    );
}

fn registered(header: RegisteredHeader, content: &str) -> RegisteredTemplate {
    RegisteredTemplate {
        id: "990011223344".into(),
        name: "order_ready_v2".into(),
        language: "ru".into(),
        header,
        content: content.to_owned(),
        buttons: Vec::new(),
    }
}

fn values(values: &[(&str, &str)]) -> Template {
    let params = values.iter().map(|(key, value)| Marker { key: (*key).to_owned(), value: (*value).to_owned() });
    Template { id: "7103".into(), params: params.collect(), ..Template::default() }
}

fn made(registered: RegisteredTemplate, given: &[(&str, &str)], content: Content) -> Message {
    Message { template: Some(values(given)), registered_template: Some(registered), ..message(content) }
}

#[tokio::test]
async fn values_are_sent_in_the_order_of_their_markers() {
    let content = "Hi {{contact.name}}, order {{lead.id}} for {{contact.name}} is ready";
    let given = [("{{lead.id}}", "1592"), ("{{contact.name}}", "Мария\n  К.")];
    let posted =
        posted(made(registered(RegisteredHeader::None, content), &given, text("Hi Мария, order 1592 …"))).await;
    let expected = json!({ "type": "template", "template": { "name": "order_ready_v2", "language": { "code": "ru" }, "components": [
        { "type": "body", "parameters": [{ "type": "text", "text": "Мария; К." }, { "type": "text", "text": "1592" }] } ] } });
    assert_eq!(posted, [expected], "the final text is not sent");
}

#[tokio::test]
async fn parts_without_variables_are_left_out_and_missing_values_are_dashes() {
    let plain =
        posted(made(registered(RegisteredHeader::Text("Order".into()), "It is ready"), &[], text("It is ready"))).await;
    assert_eq!(plain[0]["template"]["components"], json!([]));
    let header = RegisteredHeader::Text("Order {{lead.id}}".into());
    let gap = posted(made(registered(header, "Hi {{contact.name}}!"), &[("\\{\\{lead.id}}", "7")], text("x"))).await;
    let parameter = |value: &str| json!([{ "type": "text", "text": value }]);
    assert_eq!(
        gap[0]["template"]["components"],
        json!([
        { "type": "header", "parameters": parameter("7") }, { "type": "body", "parameters": parameter("–") } ])
    );
}

#[tokio::test]
async fn a_file_is_sent_in_the_header() {
    let document = Content::File(Media { text: Some("the final text".into()), ..kept("order.pdf", "application/pdf") });
    let posted =
        posted(made(registered(RegisteredHeader::File(TemplateFileKind::Document), "Ready"), &[], document)).await;
    let file = json!({ "type": "document", "document": { "id": "media-1", "filename": "order.pdf" } });
    assert_eq!(posted[0]["template"]["components"], json!([{ "type": "header", "parameters": [file] }]));
}

#[tokio::test]
async fn a_links_variable_is_its_end() {
    let url = |url: &str| Button { text: "Order".into(), url: Some(url.to_owned()) };
    let reply = Button { text: "Thanks".into(), url: None };
    let buttons = vec![url("https://acme.test/shop"), url("https://acme.test/o/{{lead.id}}"), reply];
    let with = RegisteredTemplate { buttons, ..registered(RegisteredHeader::None, "Ready") };
    let posted = posted(made(with, &[("{{lead.id}}", "1592")], text("Ready"))).await;
    let expected = json!([{ "type": "button", "sub_type": "url", "index": "2", "parameters": [{ "type": "text", "text": "1592" }] }]);
    assert_eq!(posted[0]["template"]["components"], expected, "replies come first at Meta");
}

/// amoCRM may send only the values of the text; the link is filled in where the message has it as a button.
#[tokio::test]
async fn a_links_end_is_found_in_the_messages_own_button() {
    let url = |url: &str| Button { text: "Order".into(), url: Some(url.to_owned()) };
    let with = || RegisteredTemplate {
        buttons: vec![url("https://acme.test/o/{{lead.id}}")],
        ..registered(RegisteredHeader::None, "Ready")
    };
    for (address, end) in [
        ("https://acme.test/o/1592", "1592"),
        ("https://acme.test/o/{{lead.id}}", "–"),
        ("https://acme.test/other", "–"),
    ] {
        let message =
            Message { markup: Some(Markup::Buttons(vec![vec![url(address)]])), ..made(with(), &[], text("Ready")) };
        let components = posted(message).await[0]["template"]["components"].clone();
        assert_eq!(components[0]["parameters"][0]["text"], end, "{address}");
    }
}

#[tokio::test]
async fn a_template_in_parts_is_sent_once_and_one_that_is_not_registered_as_its_text() {
    let second = Message {
        part: PartNumber { number: 2, of: 2 },
        ..made(registered(RegisteredHeader::None, "Ready"), &[], text("rest"))
    };
    let (report, number) = sent(second, []).await;
    taken(&report);
    assert!(number.fake.calls().is_empty());
    let plain = Message { template: Some(values(&[])), ..message(text("It is ready")) };
    assert_eq!(posted(plain).await[0]["text"]["body"], "It is ready");
}

#[tokio::test]
async fn values_that_meta_refuses_for_their_spaces_go_once_more() {
    let odd = "a\u{a0}\u{a0}b";
    let template =
        made(registered(RegisteredHeader::None, "Hi {{contact.name}}!"), &[("{{contact.name}}", odd)], text("x"));
    let (report, number) = sent(template, [fake::refused(132_007, "character policy violated")]).await;
    assert_eq!(failure(&report).0, FailureCode::Rejected, "there is nothing to change");
    assert_eq!(number.posted()[0]["template"]["components"][0]["parameters"][0]["text"], "a b");
}
