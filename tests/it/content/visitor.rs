//! The same in the chat on a site.

use futures_util::StreamExt;
use parom_tests::settings::{HOST, PATIENCE};
use parom_tests::{Reply, World, answer, once};
use reqwest::Method;
use serde_json::{Value, json};
use simulator::crm::{Attachment, Button, HookForm, HookMessage, ListMessage, ListRow, Section};
use uuid::Uuid;

use super::lent;
use crate::webchat::chat_with;

/// A site with a visitor who has written "Hello", and amojo's id of their chat.
struct Site {
    page: String,
    cookie: String,
    chat: String,
    hello: Uuid,
}

impl Site {
    async fn open(world: &mut World) -> Self {
        let page = format!("/chat/{}", chat_with(world, json!({})).await);
        let mut site = Self::visited(world, page).await;
        site.posts(world, "/messages", json!({"id": site.hello, "text": "Hello"})).await.is(202);
        world.deliver_all().await;
        site.chat = world.sandbox.messages(HOST)[0].chat_id.clone();
        site
    }

    /// A new visitor, who has written nothing.
    async fn visited(world: &World, page: String) -> Self {
        let shown = answer(world.api.anonymous(Method::GET, &page)).await.is(200);
        let cookie = shown.header("set-cookie").split(';').next().unwrap().to_owned();
        Self { page, cookie, chat: String::new(), hello: Uuid::new_v4() }
    }

    fn request(&self, world: &World, method: Method, rest: &str) -> reqwest::RequestBuilder {
        let request = world.api.anonymous(method, &format!("{}{rest}", self.page));
        request.header("Cookie", &self.cookie).header("Origin", world.api.base())
    }

    async fn posts(&self, world: &World, rest: &str, body: Value) -> Reply {
        answer(self.request(world, Method::POST, rest).json(&body)).await
    }

    async fn sends(&self, world: &World, message: HookMessage) -> String {
        let said = world.sandbox.manager_sends(HOST, &self.chat, message).await.unwrap();
        assert_eq!(said.answer.status, Some(200));
        said.message_id
    }

    /// Reads the stream until it contains this; the data of its events by their names.
    async fn hears(&self, world: &World, wanted: &str) -> Vec<(String, Value)> {
        let response = self.request(world, Method::GET, "/events").send().await.unwrap();
        read(response, wanted).await
    }

    async fn page(&self, world: &World) -> String {
        answer(self.request(world, Method::GET, "")).await.is(200).text
    }
}

async fn read(response: reqwest::Response, wanted: &str) -> Vec<(String, Value)> {
    assert_eq!(response.status(), 200);
    let mut stream = response.bytes_stream();
    let mut heard = String::new();
    let reading = async {
        while !(heard.contains(wanted) && heard.ends_with("\n\n")) {
            heard.push_str(std::str::from_utf8(&stream.next().await.unwrap().unwrap()).unwrap());
        }
    };
    tokio::time::timeout(PATIENCE, reading).await.unwrap_or_else(|_| panic!("no {wanted} was reported"));
    let field = |event: &str, name: &str| event.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
    let events = heard.split("\n\n").filter_map(|event| {
        let data = serde_json::from_str(&field(event, "data: ")?).unwrap();
        Some((field(event, "event: ").unwrap_or_default(), data))
    });
    events.collect()
}

async fn every_kind_is_shown(world: &mut World) {
    let site = Site::open(world).await;
    for kind in ["picture", "video", "file", "voice", "audio", "sticker"] {
        site.sends(world, HookMessage::attachment(Attachment::sample(kind)).caption(kind)).await;
        world.deliver_all().await;
    }
    let place =
        HookMessage::text("").with("type", json!("location")).with("location", json!({"lon": 37.61, "lat": 55.75}));
    site.sends(world, place).await;
    let buttons = [vec![
        Button { text: "Yes".into(), url: None },
        Button { text: "Evil".into(), url: Some("javascript:alert(1)".into()) },
        Button { text: "Shop".into(), url: Some("https://acme.test/".into()) },
    ]];
    let hello = world.sandbox.messages(HOST)[0].id.clone();
    site.sends(
        world,
        HookMessage::text("Well?").with("markup", json!({"mode": "inline", "buttons": buttons})).quoting(&hello),
    )
    .await;
    let row = ListRow { callback_data: "k7".into(), title: "Delivery".into(), description: "1-2 days".into() };
    let section = Section { title: "Available".into(), rows: vec![row] };
    let list = ListMessage {
        header: "Pick".into(),
        body: "Choose".into(),
        footer: String::new(),
        button: "Open".into(),
        sections: vec![section],
    };
    site.sends(world, HookMessage::text("Pick").list(list)).await;
    world.deliver_all().await;

    let heard = site.hears(world, "\"list\"").await;
    let answers: Vec<_> = heard.iter().map(|(_, data)| data.clone()).collect();
    assert_eq!(answers.len(), 9, "{answers:#?}");
    for (answer, kind) in answers.iter().zip(["picture", "video", "file", "voice", "audio", "sticker"]) {
        assert_eq!((&answer["file"]["kind"], &answer["text"]), (&json!(kind), &json!(kind)), "{answer}");
        let link = answer["file"]["url"].as_str().unwrap();
        assert!(link.starts_with(&format!("{}/media/", world.api.base())), "{link}");
        let file = lent(world, link).await;
        assert_eq!(json!(file.len()), answer["file"]["size"]);
    }
    let card = &answers[6]["card"];
    assert_eq!(
        (&card["url"], &card["note"]),
        (&json!("https://maps.google.com/maps?q=55.75%2C37.61"), &json!("55.75, 37.61"))
    );
    assert_eq!(answers[6]["text"], "", "a place is shown once");
    assert_eq!(
        answers[7]["buttons"],
        json!([[{"text": "Yes"}, {"text": "Evil"}, {"text": "Shop", "url": "https://acme.test/"}]]),
        "a button leads to the web or nowhere"
    );
    assert_eq!((&answers[7]["quote"]["text"], &answers[7]["quote"]["forwarded"]), (&json!("Hello"), &json!(false)));
    assert_eq!(answers[8]["list"]["sections"][0]["rows"][0]["id"], "k7");
    assert_eq!((&answers[8]["list"]["header"], &answers[8]["text"]), (&json!("Pick"), &json!("Choose")));
    assert!(answers[0]["name"].is_string(), "managers are named: {}", answers[0]);

    let page = site.page(world).await;
    for shown in ["Shop – https://acme.test/", "• Delivery – 1-2 days", "&#62; ", "/media/", "maps.google.com"] {
        assert!(page.contains(shown), "without script the page shows {shown}: {page}");
    }
    for (above, below) in [("Well?", "• Yes"), (">Pick<", ">Choose<"), (">Choose<", "• Delivery")] {
        assert!(page.find(above) < page.find(below), "{above} is shown above {below}: {page}");
    }
    let chosen = json!({"id": Uuid::new_v4(), "text": "Delivery", "callback_data": "k7"});
    site.posts(world, "/messages", chosen).await.is(202);
    world.deliver_all().await;
    let there = world.sandbox.messages(HOST).into_iter().rfind(|message| message.msgid.is_some()).unwrap();
    assert_eq!((there.text.as_str(), &there.payload["message"]["callback_data"]), ("Delivery", &json!("k7")));
}

async fn typing_is_shown_while_it_lasts(world: &mut World) {
    let site = Site::open(world).await;
    let response = site.request(world, Method::GET, "/events").send().await.unwrap();
    let (page, chat) = (site.page(world).await, site.chat.clone());
    assert!(page.contains("id=\"typing\""));
    // The stream listens from its first byte on.
    world.sandbox.manager_types(HOST, &chat, None, HookForm::Sample).await.unwrap().expect("a hook");
    world.deliver_all().await;
    let heard = read(response, "event: typing").await;
    let (_, typing) = heard.iter().find(|(event, _)| event == "typing").unwrap();
    assert_eq!(typing["millis"], 5_000);
    assert!(typing["name"].is_string(), "{typing}");
}

async fn reactions_of_both_sides_are_shown(world: &mut World) {
    let site = Site::open(world).await;
    let amojo_id = site.sends(world, HookMessage::text("Good morning")).await;
    let hello = world.sandbox.messages(HOST)[0].id.clone();
    world.sandbox.manager_reacts(HOST, &hello, Some("👍"), HookForm::Table).await.unwrap();
    world.deliver_all().await;
    let heard = site.hears(world, "event: reaction").await;
    let (_, told) = heard.iter().find(|(event, _)| event == "reaction").unwrap();
    assert_eq!(*told, json!({"id": site.hello.to_string(), "mine": "", "theirs": "👍"}));
    let answer = heard.iter().find(|(_, data)| data["text"] == "Good morning").unwrap().1.clone();
    let react = async |emoji: Value| site.posts(world, "/reactions", json!({"id": answer["id"], "emoji": emoji})).await;
    react(json!("❤️")).await.is(204);
    react(json!("🦄")).await.is(422);
    site.posts(world, "/reactions", json!({"id": Uuid::new_v4(), "emoji": "❤️"})).await.is(404);
    let mut worker = world.another_worker();
    worker.deliver_all().await.unwrap();
    let there = |world: &World| {
        let message = world.sandbox.messages(HOST).into_iter().find(|message| message.id == amojo_id).unwrap();
        message.reactions.into_iter().map(|(_, emoji)| emoji).collect::<Vec<_>>()
    };
    assert_eq!(there(world), ["❤️"]);
    assert!(site.page(world).await.contains("❤️"));
    react(json!(null)).await.is(204);
    worker.deliver_all().await.unwrap();
    assert!(there(world).is_empty());
    // Another visitor reaches nothing of this chat.
    let other = Site::visited(world, site.page.clone()).await;
    other.posts(world, "/messages", json!({"id": other.hello, "text": "Me too"})).await.is(202);
    other.posts(world, "/reactions", json!({"id": answer["id"], "emoji": "❤️"})).await.is(404);
    worker.deliver_all().await.unwrap();
}

// Parts around messages, and replacements for what a web chat does not support.

/// The page's data of a manager's last message.
async fn shown(world: &mut World, site: &Site, wanted: &str) -> Value {
    world.deliver_all().await;
    let (_, data) = site.hears(world, wanted).await.pop().expect("an event");
    data
}

/// An album is a bubble a file, a contact a card, a forward a quote that is marked as one; templates and answers to comments
/// are their text.
async fn parts_around_messages_are_shown(world: &mut World) {
    let site = Site::open(world).await;
    let files = vec![Attachment::sample("picture"), Attachment::second_picture()];
    world.sandbox.manager_sends_album(HOST, &site.chat, files, "Two of them").await.unwrap();
    world.deliver_all().await;
    site.sends(world, HookMessage::text("That is all")).await;
    world.deliver_all().await;
    let heard = site.hears(world, "That is all").await;
    assert!(heard[0].1["group"].is_string() && heard[0].1["group"] == heard[1].1["group"]);
    assert_eq!(heard[2].1.get("group"), None);
    let kinds: Vec<_> = heard.iter().map(|(_, data)| &data["file"]["kind"]).collect();
    assert_eq!(kinds, [&json!("picture"), &json!("picture"), &Value::Null]);
    assert_eq!(heard[0].1["text"], "Two of them");

    let person = json!({"name": "Pavel", "phone": "+79991112233"});
    site.sends(world, HookMessage::text("").with("type", json!("contact")).with("contact", person)).await;
    let told = shown(world, &site, "+79991112233").await;
    let card = &told["card"];
    assert_eq!(
        (&card["title"], &card["url"], &told["text"]),
        (&json!("Pavel"), &json!("tel:+79991112233"), &json!(""))
    );
    assert!(site.page(world).await.contains("<a href=\"tel:+79991112233\">+79991112233</a>"));
    let hello = world.sandbox.messages(HOST)[0].id.clone();
    site.sends(world, HookMessage::text("").forwarding(&hello)).await;
    let told = shown(world, &site, "\"forwarded\":true").await;
    assert_eq!((&told["quote"]["text"], &told["quote"]["forwarded"]), (&json!("Hello"), &json!(true)), "{told}");
    let order = HookMessage::text("").template(7103, None, "Order {{lead.id}} is ready", &[("{{lead.id}}", "1592")]);
    site.sends(world, order).await;
    assert_eq!(shown(world, &site, "is ready").await["text"], "Order 1592 is ready");
    site.sends(world, HookMessage::text("See our profile").with("post", json!({"id": "post-900"}))).await;
    assert_eq!(shown(world, &site, "profile").await["text"], "See our profile");
}

once!(reactions_of_both_sides_are_shown, typing_is_shown_while_it_lasts, parts_around_messages_are_shown);
once!(every_kind_is_shown);
