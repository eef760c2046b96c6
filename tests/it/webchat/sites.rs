//! Which sites may hold a chat, the customers that they name, and what is asked before the first message.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::chat_site;
use hmac::{Hmac, KeyInit, Mac};
use parom_tests::settings::HOST;
use parom_tests::{Visitor, World, answer, once};
use reqwest::Method;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use sha2::Sha256;
use uuid::Uuid;

use super::{OnSite, SHOP, chat_of, chat_with};

const ALLOWED: &str = "access-control-allow-origin";

/// The owner sees which sites have loaded the chat, and when; other sites, and visitors within the same minute, write
/// nothing.
async fn the_owner_sees_which_sites_load_the_chat(world: &mut World) {
    const SHOP_TOO: &str = "https://shop-too.example";
    let source = chat_with(world, json!({"allowed_origins": [SHOP, SHOP_TOO]})).await;
    let panel = world.panel(world.active(HOST).await).await;
    let install = format!("/panel/sources/{source}/access?tab=install");
    assert_eq!(panel.opens(&install).await.is(200).text.matches("no page has loaded the chat yet").count(), 2);
    let rows = async |world: &World| chat_site::Entity::find().all(world.app().store.read()).await.unwrap();
    let anna = OnSite::new(&source);
    let evil = OnSite { origin: "https://evil.example".to_owned(), ..anna.clone() };
    evil.gets(world, "/look").await.is(403);
    answer(world.api.anonymous(Method::GET, &anna.chat)).await.is(200);
    assert!(rows(world).await.is_empty(), "neither foreign sites nor the own page count");
    anna.gets(world, "/look").await.is(200);
    let first = rows(world).await;
    assert_eq!(first.iter().map(|row| row.origin.as_str()).collect::<Vec<_>>(), [SHOP]);
    world.advance(Duration::from_secs(59));
    anna.gets(world, "/look").await.is(200);
    assert_eq!(rows(world).await, first, "once a minute");
    world.advance(Duration::from_secs(2 * 60));
    let page = panel.opens(&install).await.is(200);
    page.says(&["last loaded", "2 minutes ago"]);
    assert_eq!(page.text.matches("no page has loaded the chat yet").count(), 1);
    OnSite { origin: SHOP_TOO.to_owned(), ..anna.clone() }.gets(world, "/look").await.is(200);
    anna.gets(world, "/look").await.is(200);
    let page = panel.opens(&install).await.is(200);
    assert_eq!(page.text.matches("last loaded").count(), 2);
    assert_eq!(rows(world).await.len(), 2);
}

async fn only_sites_of_the_list_are_let_in(world: &mut World) {
    let source = chat_with(world, json!({"allowed_origins": [SHOP], "title": "Shop"})).await;
    let anna = OnSite::new(&source);
    let preflight = async |origin: &str| {
        let request = world.api.anonymous(Method::OPTIONS, &format!("/chat/{source}/messages"));
        let request = request.header("Origin", origin).header("Access-Control-Request-Method", "POST");
        answer(request.header("Access-Control-Request-Headers", "authorization, content-type")).await
    };
    let let_in = preflight(SHOP).await.is(204);
    assert_eq!(let_in.header(ALLOWED), SHOP);
    assert!(let_in.header("access-control-allow-headers").contains("Authorization"));
    assert_eq!(let_in.header("access-control-allow-credentials"), "", "cookies stay at home");
    let look = anna.gets(world, "/look").await.is(200);
    assert_eq!((look.text_at("/title"), look.header(ALLOWED)), ("Shop".to_owned(), SHOP));
    assert!(look.header("vary").contains("Origin"));
    anna.writes(world, "Hello").await.is(202);
    // What is refused can be read by the site's script too.
    let twice = anna.posts(world, "/messages", json!({"id": Uuid::nil(), "text": ""})).await.is(422);
    assert_eq!(twice.header(ALLOWED), SHOP);

    for origin in ["https://evil.example", "https://shop.example.evil.example", "http://shop.example", "null"] {
        assert_ne!(preflight(origin).await.status, 204);
        let evil = OnSite { origin: origin.to_owned(), ..anna.clone() };
        for path in ["/look", "/history", "/events"] {
            let refused = evil.gets(world, path).await.is(403);
            assert_eq!(refused.header(ALLOWED), "", "{origin}{path}");
        }
        for (path, body) in [
            ("/messages", json!({"id": Uuid::new_v4(), "text": "forged"})),
            ("/receipts", json!({"read": []})),
            ("/reactions", json!({"id": Uuid::nil(), "emoji": null})),
            ("/typing", json!({})),
        ] {
            assert_eq!(evil.posts(world, path, body).await.is(403).header(ALLOWED), "", "{origin}{path}");
        }
    }
    // A cookie of the chat's own page says nothing on a site, and a secret says nothing without one.
    let shown = answer(world.api.anonymous(Method::GET, &anna.chat)).await.is(200);
    let cookie = shown.header("set-cookie").split(';').next().unwrap().to_owned();
    let nobody = OnSite { token: String::new(), ..anna.clone() };
    answer(nobody.request(world, Method::GET, "/history").header("Cookie", cookie)).await.is(403);
    let no_page = world.api.anonymous(Method::GET, &format!("{}/history", anna.chat)).bearer_auth(&anna.token);
    answer(no_page).await.is(403);
    assert_eq!(world.messages().await.len(), 1);

    // Without a list there is the chat's own page alone.
    world.api.patch(&format!("/api/v1/sources/{source}"), &json!({"settings": {}})).await.is(200);
    assert_ne!(preflight(SHOP).await.status, 204);
    anna.writes(world, "Hello again").await.is(403);
    answer(world.api.anonymous(Method::GET, &anna.chat)).await.is(200);
    world.deliver_all().await;
}

async fn a_visitor_who_writes_too_fast_is_refused(world: &mut World) {
    let source = chat_with(world, json!({"allowed_origins": [SHOP]})).await;
    let anna = OnSite::new(&source);
    for number in 0..20 {
        anna.writes(world, &format!("n{number}")).await.is(202);
    }
    let late = anna.writes(world, "n20").await.is(429);
    assert_eq!((late.header("retry-after"), late.header(ALLOWED)), ("3", SHOP));
    // New names do not help: one address begins so many chats of a site and no more.
    let mut begun = 1;
    while OnSite::new(&source).writes(world, "Hello").await.status == 202 {
        begun += 1;
        assert!(begun <= 15, "{begun} chats");
    }
    assert_eq!(begun, 15);
    anna.posts(world, "/typing", json!({})).await.is(204);
    world.deliver_all().await;
}

/// The line of HTML, and what it loads.
async fn the_script_is_there(world: &mut World) {
    let source = chat_with(world, json!({"allowed_origins": [SHOP]})).await;
    let script = answer(world.api.anonymous(Method::GET, &format!("/chat/{source}/embed.js"))).await.is(200);
    assert!(script.header("content-type").starts_with("text/javascript"));
    assert_eq!(script.header("cross-origin-resource-policy"), "cross-origin");
    let sent =
        world.api.anonymous(Method::GET, &format!("/chat/{source}/embed.js")).header("Accept-Encoding", "br, gzip");
    let sent = answer(sent).await.is(200);
    assert_eq!((sent.header("content-encoding"), sent.header("vary")), ("gzip", "Accept-Encoding"));
    let bytes: usize = sent.header("content-length").parse().unwrap();
    assert!(bytes <= 20 * 1024, "a site loads {bytes} bytes");
    let again = world.api.anonymous(Method::GET, &format!("/chat/{source}/embed.js"));
    answer(again.header("If-None-Match", script.header("etag"))).await.is(304);
    let other = world.line("support").await;
    answer(world.api.anonymous(Method::GET, &format!("/chat/{}/embed.js", other.source_id))).await.is(404);
}

// Customers whom a site names by its signed token.

/// A token as a site makes it.
pub fn signed(secret: &str, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", part(&json!({"alg": "HS256", "typ": "JWT"})), part(claims));
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

/// Has the panel make a secret, and reads it from the page that shows it once.
pub async fn new_secret(panel: &Visitor, source: &str) -> String {
    let path = format!("/panel/sources/{source}/secret");
    panel.opens(&path).await.is(200).says(&["signed token"]);
    let made = panel.sends(&path, &[]).await.is(303);
    let shown = panel.opens(&made.is_redirect()).await.is(200);
    let secret = shown.between("<code", "</code>").and_then(|rest| rest.split('>').next_back()).unwrap().to_owned();
    assert_eq!(secret.len(), 43, "{secret}");
    panel.opens(&made.is_redirect()).await.is(303);
    secret
}

async fn a_customer_is_the_same_on_every_device(world: &mut World) {
    let source = chat_with(world, json!({"allowed_origins": [SHOP], "ask": ["name"]})).await;
    let panel = world.panel(world.active(HOST).await).await;
    let secret = new_secret(&panel, &source).await;
    world.api.get(&format!("/api/v1/sources/{source}")).await.is(200).never_says(&["secret", &secret]);
    let exp = world.clock.millis() / 1000 + 3600;
    let claims = json!({"sub": "17", "name": "Anna", "phone": "+79151112233", "email": "nonsense", "exp": exp});
    let with = |token: String| OnSite { token, ..OnSite::new(&source) };
    let phone = with(signed(&secret, &claims));
    let desk = with(signed(&secret, &json!({"sub": "17", "exp": exp + 60})));
    phone.writes(world, "From the phone").await.is(202);
    desk.writes(world, "From the desk").await.is(202);
    assert_eq!(desk.texts(world).await, ["From the phone", "From the desk"]);
    world.deliver_all().await;
    let there = world.sandbox.messages(HOST);
    assert_eq!((there[0].chat_id.as_str(), there[1].sender_name.as_str()), (there[1].chat_id.as_str(), "Anna"));
    let profile = &there[0].payload["sender"]["profile"];
    assert_eq!((&profile["phone"], &profile["email"]), (&json!("+79151112233"), &json!(null)), "{profile}");
    world.sandbox.manager_says(HOST, &chat_of(world, "From the desk"), "Hello Anna").await.unwrap();
    world.deliver_all().await;
    assert_eq!(phone.texts(world).await.last().unwrap(), "Hello Anna");

    // Others see nothing of it: another customer, a token without a subject, no token.
    assert!(with(signed(&secret, &json!({"sub": "18", "exp": exp}))).texts(world).await.is_empty());
    assert!(OnSite::new(&source).texts(world).await.is_empty());
    for forged in [signed("another secret", &claims), signed("", &claims), format!("{}x", phone.token)] {
        with(forged).gets(world, "/history").await.is(401);
    }
    world.advance(Duration::from_secs(3600 + 31));
    phone.writes(world, "Too late").await.is(401);
    assert_eq!(phone.gets(world, "/history").await.is(401).header("access-control-allow-origin"), SHOP);
}

async fn a_new_secret_overlaps_for_a_day(world: &mut World) {
    let source = chat_with(world, json!({"allowed_origins": [SHOP]})).await;
    let panel = world.panel(world.active(HOST).await).await;
    let anna = |secret: &str| {
        let exp = world.clock.millis() / 1000 + 60;
        OnSite { token: signed(secret, &json!({"sub": "anna", "exp": exp})), ..OnSite::new(&source) }
    };
    anna("no secret yet").gets(world, "/history").await.is(401);
    let first = new_secret(&panel, &source).await;
    let second = new_secret(&panel, &source).await;
    assert_ne!(first, second);
    anna(&first).gets(world, "/history").await.is(200);
    // The API makes them too, and shows them once.
    let path = format!("/api/v1/sources/{source}");
    let made = world.api.post(&format!("{path}/rotate-secret"), &json!({})).await.is(200);
    assert_eq!(made.json.as_object().unwrap().keys().collect::<Vec<_>>(), ["site_secret"]);
    let third = made.text_at("/site_secret");
    assert!(!world.api.get(&path).await.is(200).text.contains(&third));
    anna(&first).gets(world, "/history").await.is(401);
    let (first, second) = (second, third);
    for secret in [&first, &second] {
        anna(secret).gets(world, "/history").await.is(200);
    }
    // Changed settings leave the secrets as they are.
    let settings = json!({"settings": {"allowed_origins": [SHOP], "title": "Shop"}});
    world.api.patch(&format!("/api/v1/sources/{source}"), &settings).await.is(200);
    anna(&second).gets(world, "/history").await.is(200);
    world.advance(Duration::from_secs(24 * 3600 + 1));
    anna(&first).gets(world, "/history").await.is(401);
    anna(&second).gets(world, "/history").await.is(200);
}

// The questions of a chat before the first message, the time when managers are away, and customers' origins.

async fn the_first_message_says_who_writes(world: &mut World) {
    let settings = json!({"allowed_origins": [SHOP], "ask": ["phone", "name"], "consent_text": "I agree <b>"});
    let source = chat_with(world, settings).await;
    let anna = OnSite::new(&source);
    let look = anna.gets(world, "/look").await.is(200);
    assert_eq!((&look.json["ask"], &look.json["consent"]), (&json!(["name", "phone"]), &json!("I agree <b>")));
    let about = json!({"name": "Anna", "phone": "+7 915 111-22-33"});
    let visit = json!({"url": "https://shop.example/cart#pay", "title": "Cart", "referrer": "https://mail.example/x",
        "landing": "https://shop.example/?utm_source=mail&utm_campaign=summer"});
    let first = json!({"id": Uuid::new_v4(), "text": "Hello", "about": about, "visit": visit});
    assert_eq!(anna.posts(world, "/messages", first.clone()).await.is(422).wrong_fields(), ["/consent"]);
    let mut wrong = first.clone();
    wrong["consent"] = json!(true);
    wrong["about"]["phone"] = json!("call me");
    wrong["about"]["email"] = json!("anna");
    let both = anna.posts(world, "/messages", wrong.clone()).await.is(422);
    assert_eq!(both.wrong_fields(), ["/about/phone", "/about/email"], "all at once");
    let russian = anna.request(world, Method::POST, "/messages").header("Accept-Language", "ru").json(&wrong);
    let said = answer(russian).await.is(422).text;
    assert!(said.contains("номер"), "the form shows it to the visitor: {said}");
    let mut agreed = first;
    agreed["consent"] = json!(true);
    anna.posts(world, "/messages", agreed).await.is(202);
    // Later ones are hers as well, and no question is asked again.
    let visit = json!({"url": "https://shop.example/help"});
    anna.posts(world, "/messages", json!({"id": Uuid::new_v4(), "text": "Still here", "visit": visit})).await.is(202);
    world.deliver_all().await;
    let there = world.sandbox.messages(HOST);
    assert_eq!(there.len(), 2);
    for (message, page) in there.iter().zip(["https://shop.example/cart", "https://shop.example/help"]) {
        let sender = &message.payload["sender"];
        assert_eq!((sender["name"].as_str(), sender["profile_link"].as_str()), (Some("Anna"), Some(page)), "{sender}");
        assert_eq!(sender["profile"]["phone"], "+7 915 111-22-33");
    }
    let conversation = world.messages().await[0].conversation_id;
    let panel = world.panel(world.active(HOST).await).await;
    panel.opens(&format!("/panel/conversations/{conversation}")).await.is(200).says(&[
        "Cart – https://shop.example/cart",
        "https://shop.example/help",
        "https://mail.example/x",
        "campaign: summer, source: mail",
        "Agreed to the chat’s terms",
    ]);
}

/// The same without scripts.
async fn a_form_asks_and_keeps_what_was_typed(world: &mut World) {
    let source = chat_with(world, json!({"ask": ["email"], "consent_text": "I agree"})).await;
    let visitor = world.visitor();
    let page = visitor.opens(&format!("/chat/{source}")).await.is(200);
    page.says(&["E-mail", "I agree", "name=\"consent\""]);
    let id = page.field("id");
    let path = format!("/chat/{source}/messages");
    let refused = visitor.sends(&path, &[("id", &id), ("text", "Hello"), ("email", "anna@example.com")]).await.is(422);
    refused.says(&["the chat needs your consent first", "value=\"anna@example.com\"", ">\nHello</textarea>"]);
    let id = refused.field("id");
    let fields = [("id", id.as_str()), ("text", "Hello"), ("email", "anna@example"), ("consent", "1")];
    visitor.sends(&path, &fields).await.is(422).says(&["Enter an e-mail address such as anna@example.com."]);
    let fields = [("id", id.as_str()), ("text", "Hello"), ("email", "anna@example.com"), ("consent", "1")];
    let shown = visitor.does(&path, &fields).await;
    visitor.sends(&path, &fields).await.is(303);
    assert_eq!(world.messages().await.len(), 1, "sent twice, it is one message");
    shown.never_says(&["name=\"consent\"", "name=\"email\""]);
    world.deliver_all().await;
    assert_eq!(world.sandbox.messages(HOST)[0].payload["sender"]["profile"]["email"], "anna@example.com");
}

/// Frozen clocks begin on a Friday at noon in Moscow.
async fn the_chat_announces_that_it_is_outside_working_hours(world: &mut World) {
    let hours = json!({"time_zone": "Europe/Moscow", "hours": ["mon-fri 09:00-18:00"], "text": "We sleep & dream"});
    let source = chat_with(world, json!({"allowed_origins": [SHOP], "working_hours": hours})).await;
    let anna = OnSite::new(&source);
    let away = async |world: &World| anna.gets(world, "/look").await.is(200).text_at("/away");
    let page = async |world: &World| answer(world.api.anonymous(Method::GET, &anna.chat)).await.is(200);
    assert_eq!(away(world).await, "");
    let open = page(world).await;
    open.says(&["class=\"here\"", "Online"]);
    open.never_says(&["We sleep"]);
    world.advance(Duration::from_secs(6 * 3600));
    assert_eq!(away(world).await, "We sleep & dream");
    let status = anna.gets(world, "/look").await.is(200).text_at("/status");
    assert_eq!(status, "Back on Monday at 09:00", "from Friday evening");
    let closed = page(world).await;
    closed.says(&["We sleep &#38; dream"]);
    closed.never_says(&["class=\"here\""]);
    // What is written meanwhile comes in all the same.
    anna.writes(world, "Good night").await.is(202);
    world.deliver_all().await;
    let path = format!("/api/v1/sources/{source}");
    world.api.patch(&path, &json!({"paused": true})).await.is(200);
    assert!(away(world).await.contains("being set up"));
    // Where no hours are set it is unknown whether managers answer now.
    for (settings, status) in [(json!({}), ""), (json!({"reply_time": "hour"}), "Usually replies within an hour")] {
        world.api.patch(&path, &json!({"paused": false, "settings": settings})).await.is(200);
        let shown = page(world).await;
        shown.never_says(&["class=\"here\"", "Online"]);
        assert_eq!(shown.text.contains("id=\"status\""), !status.is_empty());
        shown.says(&[status]);
    }
    let hours = json!({"time_zone": "Moscow", "hours": ["always"]});
    let wrong = world.api.patch(&path, &json!({"settings": {"working_hours": hours, "color": "red"}})).await.is(422);
    assert_eq!(
        wrong.wrong_fields(),
        ["/settings/color", "/settings/working_hours/hours/0", "/settings/working_hours/time_zone"]
    );
}

once!(the_chat_announces_that_it_is_outside_working_hours, a_visitor_who_writes_too_fast_is_refused);
once!(the_owner_sees_which_sites_load_the_chat, a_customer_is_the_same_on_every_device, the_script_is_there);
once!(a_form_asks_and_keeps_what_was_typed, only_sites_of_the_list_are_let_in, the_first_message_says_who_writes);
once!(a_new_secret_overlaps_for_a_day);
