//! Salesbots' steps of the widget, from the request of the local amoCRM's bot to the exit that it takes.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use parom_tests::settings::{CLIENT_ID, CLIENT_SECRET, HOST};
use parom_tests::{Line, Reply, World, answer, both, once};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::Sha512;
use simulator::crm::{BotRun, Fault, Part};

use crate::pages::olga;

const HOUR: Duration = Duration::from_secs(3_600);
const MINUTE: Duration = Duration::from_secs(60);

/// A line whose customers may be answered freely for a day.
pub async fn line(world: &World) -> Line {
    let line = world.line("support").await;
    let services = json!([{"type": "whatsapp", "params": {"waba": true}, "pages": []}]);
    let settings = json!({"webhook_url": world.messenger.url(), "time_window_seconds": 86_400});
    world.api.patch(&line.path(""), &json!({"services": services, "settings": settings})).await.is(200);
    line
}

/// A line with a customer who wrote, and their lead.
async fn enquiry(world: &mut World) -> (Line, i64) {
    let line = line(world).await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    let waiting = world.sandbox.incoming_leads(HOST).remove(0);
    assert!(world.sandbox.accept_lead(HOST, &waiting.uid));
    let lead = world.sandbox.leads(HOST)[0].id;
    (line, lead)
}

/// What the widget writes for a step, with one exit for each status (`widget/assets/lib/salesbot.js`).
fn steps(world: &World, data: &Value) -> String {
    let exits = match data["step"].as_str().unwrap() {
        "ask" => ["answered", "timed_out", "refused"].as_slice(),
        "window" => &["within", "outside", "no_chat"],
        _ => &["sent", "refused"],
    };
    let exit = |value: &str| json!({"handler": "exits", "params": {"value": value}});
    let condition = |status: &&str| {
        json!({"handler": "conditions", "params": {"logic": "and", "result": [exit(status)],
            "conditions": [{"term1": "{{json.status}}", "term2": status, "operation": "="}]}})
    };
    let url = format!("{}/crm/salesbot", world.api.base());
    let ask = json!({"handler": "widget_request", "params": {"url": url, "data": data}});
    let goes = json!({"handler": "goto", "params": {"type": "question", "step": 1}});
    json!([{"question": [ask, goes]}, {"question": exits.iter().map(condition).collect::<Vec<_>>()}]).to_string()
}

/// A bot for the lead; Parom has taken its request.
async fn bot(world: &World, lead: i64, data: Value) -> i64 {
    let id = world.sandbox.runs_bot(HOST, "main", lead, &steps(world, &data)).await.unwrap();
    assert_eq!(run(world, id).answer.unwrap().status, Some(200));
    id
}

fn run(world: &World, id: i64) -> BotRun {
    world.sandbox.bots(HOST).into_iter().find(|bot| bot.continue_id == id).unwrap()
}

/// The bot went on with this, by this exit.
fn went(world: &World, id: i64) -> (Value, String) {
    let bot = run(world, id);
    assert!(!bot.waits, "{bot:?}");
    (bot.told, bot.exit.unwrap_or_default())
}

fn ask() -> Value {
    json!({"step": "ask", "text": "{{contact.name}}, which day?", "buttons": "Today; Tomorrow", "hours": "2"})
}

async fn a_question_waits_for_the_customers_button(world: &mut World) {
    let (line, lead) = enquiry(world).await;
    let id = bot(world, lead, ask()).await;
    assert_eq!(world.works("salesbot").await, 1);
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["anna, which day?"]);
    let sent = &world.messenger.received().pop().unwrap().body["data"]["message"];
    let buttons = json!([[{"text": "Today", "url": null}], [{"text": "Tomorrow", "url": null}]]);
    assert_eq!((&sent["content"]["buttons"], &sent["sender"]["role"]), (&buttons, &json!("bot")));
    world.advance(MINUTE);
    assert_eq!(world.works("salesbot").await, 1, "it looks by itself");
    assert!(run(world, id).waits);
    let question = sent["id"].as_str().unwrap();
    let visitor = olga(world, line.tenant_id).await;
    let page = format!("/panel/messages/{question}");
    visitor.opens(&page).await.is(200).says(&["A Salesbot of amoCRM sent it", "It waits for the customer’s answer"]);
    // At once, though its next look is later.
    world.customer(&line, "anna").writes(" tomorrow").await;
    assert_eq!(world.works("salesbot").await, 1);
    let told = json!({"status": "answered", "answer": " tomorrow", "button": 2, "kind": "text"});
    assert_eq!(went(world, id), (told, "answered".to_owned()));
    visitor.opens(&page).await.is(200).never_says(&["It waits for the customer’s answer"]);
    world.deliver_all().await;
    assert_eq!(world.works("salesbot").await, 0, "nothing is left");
}

async fn the_wait_ends(world: &mut World) {
    let (line, lead) = enquiry(world).await;
    let id = bot(world, lead, ask()).await;
    assert_eq!(world.works("salesbot").await, 1);
    world.deliver_all().await;
    world.advance(2 * HOUR - MINUTE);
    assert_eq!(world.works("salesbot").await, 1);
    assert!(run(world, id).waits);
    world.advance(MINUTE);
    world.customer(&line, "anna").writes("Too late").await;
    assert_eq!(world.works("salesbot").await, 1);
    assert_eq!(went(world, id), (json!({"status": "timed_out"}), "timed_out".to_owned()));
    world.deliver_all().await;
}

/// Wherever the process dies, one question is asked and the bot goes on once.
async fn a_crash_asks_no_second_question(world: &mut World) {
    let (line, lead) = enquiry(world).await;
    for (number, plan) in ["salesbot.sent=error:1", "salesbot.before_continue=error:1"].into_iter().enumerate() {
        let id = bot(world, lead, ask()).await;
        world.faults.add(plan).unwrap();
        assert_eq!(world.works("salesbot").await, 1);
        world.restart().await;
        world.advance(MINUTE);
        world.works("salesbot").await;
        world.deliver_all().await;
        world.customer(&line, "anna").writes("Today").await;
        for _ in 0..3 {
            world.works("salesbot").await;
            world.advance(5 * MINUTE);
        }
        world.faults.clear();
        assert_eq!(went(world, id).1, "answered", "{plan}");
        assert_eq!(world.messenger.texts().len(), number + 1, "{plan}");
    }
    // amoCRM took it, its answer was lost: the repeat is refused there, and that ends it.
    let id = bot(world, lead, json!({"step": "window"})).await;
    world.sandbox.faults().next_with(Part::Rest, "within", 1, Fault::LostAnswer);
    assert_eq!(world.works("salesbot").await, 1);
    world.advance(2 * MINUTE);
    assert_eq!(world.works("salesbot").await, 1);
    assert_eq!(went(world, id).1, "within");
    world.advance(48 * HOUR);
    assert_eq!(world.works("salesbot").await, 0);
    world.deliver_all().await;
}

async fn the_window_is_told(world: &mut World) {
    let (line, lead) = enquiry(world).await;
    let id = bot(world, lead, json!({"step": "window"})).await;
    assert_eq!(world.works("salesbot").await, 1);
    let (told, exit) = went(world, id);
    assert_eq!(
        (exit.as_str(), &told["messenger"], &told["source"]),
        ("within", &json!("custom"), &json!("Line support"))
    );
    let until = chrono::DateTime::parse_from_rfc3339(told["until"].as_str().unwrap()).unwrap();
    assert_eq!(until.timestamp() - world.clock.now().timestamp(), 86_400);
    world.advance(25 * HOUR);
    let id = bot(world, lead, json!({"step": "window"})).await;
    let late = bot(world, lead, ask()).await;
    assert_eq!(world.works("salesbot").await, 2);
    assert_eq!(went(world, id).1, "outside");
    assert_eq!(went(world, late), (json!({"status": "refused", "reason": "window_closed"}), "refused".to_owned()));
    assert!(world.messenger.texts().is_empty(), "nothing was asked");
    // The chat is gone: its source was deleted.
    world.api.delete(&line.path("")).await.is(204);
    let id = bot(world, lead, json!({"step": "window"})).await;
    let asked = bot(world, lead, ask()).await;
    assert_eq!(world.works("salesbot").await, 2);
    assert_eq!(went(world, id).1, "no_chat");
    assert_eq!(went(world, asked), (json!({"status": "refused", "reason": "no_chat"}), "refused".to_owned()));
}

/// A template that the messenger has approved; returns its id.
pub async fn approved(world: &World, line: &Line, (category, content): (&str, &str)) -> i64 {
    let fields = json!({"type": "waba", "waba_category": category, "waba_language": "en",
        "waba_examples": {"{{contact.name}}": "Ann", "{{lead.id}}": "7"}});
    let id = world.sandbox.add_template(HOST, category, content, fields);
    assert!(world.sandbox.ask_template_review(HOST, id));
    let listed = async || {
        let list = world.api.get(&line.path("/templates")).await.is(200).json["items"].clone();
        list.as_array()?.iter().find(|one| one["amocrm_template_id"] == json!(id.to_string())).cloned()
    };
    let row = world.until("the request is stored", listed).await;
    while world.works("templates").await > 0 {}
    let path = line.path(&format!("/templates/{}/review", row["id"].as_str().unwrap()));
    world.api.post(&path, &json!({"status": "approved", "external_id": format!("tpl-{id}")})).await.is(202);
    while world.works("templates").await > 0 {}
    id
}

async fn a_template_is_sent_or_the_bot_learns_why_not(world: &mut World) {
    let (line, lead) = enquiry(world).await;
    world.works("subscriptions").await;
    for category in ["UTILITY", "MARKETING"] {
        approved(world, &line, (category, "{{contact.name}}: order {{lead.id}} is ready")).await;
    }
    let step = |template: &str, values: &str| json!({"step": "template", "template": template, "values": values, "text": "Your order is ready"});
    // Within the window the text goes.
    let id = bot(world, lead, step("UTILITY", "; 7")).await;
    assert_eq!(world.works("salesbot").await, 1);
    world.deliver_all().await;
    world.advance(MINUTE);
    assert_eq!(world.works("salesbot").await, 1);
    assert_eq!(went(world, id), (json!({"status": "sent", "as": "text"}), "sent".to_owned()));
    world.advance(25 * HOUR);
    let id = bot(world, lead, step("utility", "; 7")).await;
    assert_eq!(world.works("salesbot").await, 1);
    assert!(run(world, id).waits, "the messenger has not taken it");
    world.deliver_all().await;
    world.advance(MINUTE);
    assert_eq!(world.works("salesbot").await, 1);
    assert_eq!(went(world, id), (json!({"status": "sent", "as": "template"}), "sent".to_owned()));
    assert_eq!(world.messenger.texts(), ["Your order is ready", "anna: order 7 is ready"]);
    let refused = async |template: &str, values: &str, reason: &str| {
        let id = bot(world, lead, step(template, values)).await;
        assert_eq!(world.works("salesbot").await, 1);
        assert_eq!(went(world, id), (json!({"status": "refused", "reason": reason}), "refused".to_owned()));
    };
    refused("Nothing", "", "template_unknown").await;
    refused("utility", "", "template_no_value").await;
    world.customer(&line, "anna").writes("STOP").await;
    world.advance(25 * HOUR);
    refused("marketing", "; 7", "marketing_stopped").await;
    world.deliver_all().await;
}

async fn what_the_messenger_refuses_is_told(world: &mut World) {
    let (_, lead) = enquiry(world).await;
    let id = bot(world, lead, ask()).await;
    assert_eq!(world.works("salesbot").await, 1);
    world.messenger.answers_next([parom_tests::Answer::status(404)]);
    world.deliver_all().await;
    world.advance(MINUTE);
    assert_eq!(world.works("salesbot").await, 1);
    let (told, exit) = went(world, id);
    assert_eq!((exit.as_str(), told["reason"].as_str().is_some()), ("refused", true), "{told}");
    world.leave_letters();
}

/// A step's token, signed by hand.
fn token(claims: &Value) -> String {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let message = format!("{}.{}", part(r#"{"typ":"JWT","alg":"HS512"}"#), part(&claims.to_string()));
    let mut mac = Hmac::<Sha512>::new_from_slice(CLIENT_SECRET.as_bytes()).unwrap();
    mac.update(message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

async fn posts(world: &World, body: &Value) -> Reply {
    answer(world.api.anonymous(Method::POST, "/crm/salesbot").json(body)).await
}

async fn forged_requests_start_nothing(world: &mut World) {
    let (_, lead) = enquiry(world).await;
    let data = json!({"step": "window"});
    world.faults.clear();
    let id = bot(world, lead, data).await;
    assert_eq!(world.works("salesbot").await, 1);
    let genuine = world.sandbox.bot_request(HOST, "main", id).unwrap();
    let with = |name: &str, value: Value| {
        let mut body = genuine.clone();
        body[name] = value;
        body
    };
    let own = genuine["token"].as_str().unwrap();
    let (head, signature) = own.rsplit_once('.').unwrap();
    for forged in [format!("{head}."), format!("{head}.{}A", &signature[..85]), String::new()] {
        let status = posts(world, &with("token", json!(forged))).await.status;
        assert!(matches!(status, 400 | 401), "{forged}: {status}");
    }
    // The widget's own tokens, which every user's browser has, start no bot; and a bot's opens no session.
    let claims = crate::widget_api::claims(world, HOST, 0);
    posts(world, &with("token", json!(crate::widget_api::token(&claims)))).await.is(401);
    answer(crate::widget_api::exchange(world, HOST, own)).await.is(401);
    for url in [
        "https://evil.example/api/v4/salesbot/1/continue/2",
        "https://other.amocrm.ru/api/v4/salesbot/1/continue/2",
        "https://127.0.0.1/api/v4/salesbot/1/continue/2",
        &format!("https://{HOST}:8443/api/v4/salesbot/1/continue/2"),
        &format!("https://u@{HOST}/api/v4/salesbot/1/continue/2"),
        &format!("https://{HOST}/api/v4/leads/1"),
        "file:///etc/passwd",
    ] {
        posts(world, &with("return_url", json!(url))).await.is(400);
    }
    // Genuine, of an account that never installed.
    let stranger = "stranger.amocrm.ru";
    let claims = json!({"iss": format!("https://{stranger}"), "exp": world.clock.now().timestamp() + 60, "bot_type": "salesbot",
        "account_id": world.sandbox.add_account(stranger).id, "client_uuid": CLIENT_ID, "entity_type": 2, "entity_id": lead});
    let mut body = with("token", json!(token(&claims)));
    body["return_url"] = json!(format!("https://{stranger}/api/v4/salesbot/1/continue/2"));
    posts(world, &body).await.is(409);
    assert_eq!(world.works("salesbot").await, 0);
    // Of one stop there is one job, however often its request comes; a bot that went on does not go on again.
    for _ in 0..3 {
        posts(world, &genuine).await.is(200);
    }
    assert_eq!(world.works("salesbot").await, 1);
    assert_eq!(went(world, id).1, "within");
    world.advance(HOUR);
    posts(world, &genuine).await.is(401);
    assert_eq!(world.works("salesbot").await, 0);
}

both!(
    a_question_waits_for_the_customers_button,
    a_crash_asks_no_second_question,
    the_wait_ends,
    the_window_is_told,
    a_template_is_sent_or_the_bot_learns_why_not
);
once!(what_the_messenger_refuses_is_told, forged_requests_start_nothing);
