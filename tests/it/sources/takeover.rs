//! A line is taken over from another service and given back, with a kill at every step: nothing is lost, nothing comes
//! twice, and no two services have it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use parom_tests::settings::HOST;
use parom_tests::{Beside, Line, Reply, Served, Simulated, World, answer, both, client, once};
use serde_json::{Value, json};
use simulator::avito::Avito;
use simulator::crm::{HookMessage, OtherMessage};
use simulator::kit::Id;
use simulator::telegram::Telegram;
use simulator::vk::{CommunityView, Fault, Vk};
use simulator::whatsapp::WhatsApp;

use crate::admin::operator::Operator;
use crate::pages::olga;

/// The other service's server: it answers every call and remembers it.
struct Rival {
    served: Served,
    bodies: Arc<Mutex<Vec<String>>>,
    /// What VK wants as an answer to `confirmation`.
    code: Arc<Mutex<String>>,
}

impl Rival {
    fn start() -> Self {
        let (bodies, code): (Arc<Mutex<Vec<String>>>, Arc<Mutex<String>>) = Default::default();
        let shared = (bodies.clone(), code.clone());
        let served = Served::start(move |config| {
            let (bodies, code) = shared.clone();
            let take = move |request: HttpRequest, body: String| {
                let (bodies, code) = (bodies.clone(), code.clone());
                async move {
                    let query = url::form_urlencoded::parse(request.query_string().as_bytes());
                    if let Some((_, challenge)) = query.into_owned().find(|(name, _)| name == "hub.challenge") {
                        return HttpResponse::Ok().body(challenge);
                    }
                    if body.contains("\"confirmation\"") {
                        return HttpResponse::Ok().body(code.lock().unwrap().clone());
                    }
                    bodies.lock().unwrap().push(body);
                    HttpResponse::Ok().body("ok")
                }
            };
            config.default_service(web::to(take));
        });
        Self { served, bodies, code }
    }

    /// How often it got this text.
    fn got(&self, text: &str) -> usize {
        self.bodies.lock().unwrap().iter().filter(|body| body.contains(text)).count()
    }
}

/// A line, and the customer who writes on it.
struct At {
    settings: Value,
    line: Id,
    /// Where the customer writes: the line, or one of its adverts.
    place: Id,
    person: i64,
}

/// A messenger with a line that the other service has.
trait Taken: Simulated {
    const KIND: &'static str;

    /// Makes the line, with the other service's address.
    async fn has(&self, rival: &Rival) -> At;

    fn writes(&self, at: &At, text: &str);

    /// Texts that the line sent to the customer.
    fn sent(&self, at: &At) -> Vec<String>;

    /// Whether the other service's address gets messages.
    fn serves(&self, at: &At, rival: &Rival) -> bool;

    /// The other service sets its address, where a simulator shows one app's alone.
    async fn is_beside(&self, _rival: &Rival) {}

    /// A person removes the other service at the messenger, or adds it again.
    async fn by_hand(&self, _is_on: bool) {}
}

macro_rules! customer_acts {
    () => {
        fn writes(&self, at: &At, text: &str) {
            self.customer(at.person, at.place.clone()).writes(text).unwrap();
        }

        fn sent(&self, at: &At) -> Vec<String> {
            self.sent(at.line.clone()).into_iter().map(|one| one.text).collect()
        }
    };
}

impl Taken for Telegram {
    const KIND: &'static str = "telegram";

    async fn has(&self, rival: &Rival) -> At {
        use simulator::telegram::{NewBot, NewPerson};
        let bot = self.add_bot(NewBot::default());
        let person = self.add_person(NewPerson::default());
        self.hijack_webhook(bot.id, &rival.served.url);
        self.customer(person, bot.id).starts("").unwrap();
        self.deliver_all().await;
        At { settings: json!({ "bot_token": bot.token }), line: bot.id.into(), place: bot.id.into(), person }
    }

    customer_acts!();

    fn serves(&self, at: &At, rival: &Rival) -> bool {
        self.webhook(at.line.number()).is_some_and(|webhook| webhook.url.starts_with(&rival.served.url))
    }
}

/// Calls a method of VK with a community's token.
async fn vk_calls(vk: &Vk, made: &CommunityView, method: &str, more: &[(&str, &str)]) -> Value {
    let group = made.id.to_string();
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs([("access_token", made.token.as_str()), ("v", "5.199"), ("group_id", group.as_str())]);
    let body = form.extend_pairs(more).finish();
    let url = format!("{}/method/{method}", vk.base_url());
    let typed = client().post(url).header("content-type", "application/x-www-form-urlencoded");
    let reply = answer(typed.body(body)).await.is(200);
    assert!(reply.json.get("error").is_none(), "{}", reply.text);
    reply.json
}

impl Taken for Vk {
    const KIND: &'static str = "vk";

    async fn has(&self, rival: &Rival) -> At {
        use simulator::vk::{NewCommunity, NewPerson};
        let made = self.add_community(NewCommunity::default());
        rival.code.lock().unwrap().clone_from(&made.confirmation_code);
        let person = self.add_person(NewPerson::default());
        let server = [("url", rival.served.url.as_str()), ("title", "Other"), ("secret_key", "other")];
        let added = vk_calls(self, &made, "groups.addCallbackServer", &server).await;
        let id = added["response"]["server_id"].to_string();
        let kinds =
            [("server_id", id.as_str()), ("api_version", "5.199"), ("message_new", "1"), ("message_reply", "1")];
        vk_calls(self, &made, "groups.setCallbackSettings", &kinds).await;
        self.deliver_all().await;
        let settings = json!({ "group_id": made.id, "access_token": made.token });
        At { settings, line: made.id.into(), place: made.id.into(), person }
    }

    customer_acts!();

    fn serves(&self, at: &At, rival: &Rival) -> bool {
        let servers = self.servers(at.line.number());
        servers.iter().any(|one| one.url.starts_with(&rival.served.url) && one.kinds.contains("message_new"))
    }
}

impl Taken for Avito {
    const KIND: &'static str = "avito";

    async fn has(&self, rival: &Rival) -> At {
        use simulator::avito::{NewBuyer, NewItem, NewSeller};
        let seller = self.add_seller(NewSeller::default());
        self.set_level(seller, true);
        let person = self.add_buyer(NewBuyer::default());
        let item = self.add_item(NewItem::of(seller));
        self.customer(person, item).chat().unwrap();
        let NewSeller { client_id, client_secret, .. } = NewSeller::default();
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs([("grant_type", "client_credentials"), ("client_id", &client_id)]);
        let body = form.append_pair("client_secret", &client_secret).finish();
        let typed = client().post(format!("{}/token", self.base_url()));
        let typed = typed.header("content-type", "application/x-www-form-urlencoded");
        let token = answer(typed.body(body)).await.is(200).text_at("/access_token");
        let registers = client().post(format!("{}/messenger/v3/webhook", self.base_url())).bearer_auth(token);
        answer(registers.json(&json!({ "url": rival.served.url }))).await.is(200);
        let settings = json!({ "client_id": client_id, "client_secret": client_secret });
        At { settings, line: seller.into(), place: item.into(), person }
    }

    customer_acts!();

    fn serves(&self, at: &At, rival: &Rival) -> bool {
        self.subscriptions(at.line.clone()).iter().any(|one| one.url.starts_with(&rival.served.url))
    }
}

const THEIR_APP: &str = "990011223344556";
const WABA: &str = "220011223344556";

impl Taken for WhatsApp {
    const KIND: &'static str = "whatsapp";

    async fn has(&self, _rival: &Rival) -> At {
        use simulator::whatsapp::{NewApp, NewPerson, NewPhone};
        let ours = self.add_app(NewApp::default());
        let theirs = NewApp { id: THEIR_APP.to_owned(), name: "Other".to_owned(), ..NewApp::default() };
        let theirs = self.add_app(theirs);
        let waba = self.add_waba(WABA, "Acme");
        let phone = self.add_phone(NewPhone::of(&waba));
        self.subscribe(&theirs.id, &waba);
        let person = self.add_person(NewPerson::default());
        let token = self.add_token(&ours.id, &[&waba]);
        let settings = json!({
            "phone_number_id": phone, "waba_id": waba, "access_token": token, "app_secret": ours.secret,
        });
        At { settings, line: phone.as_str().into(), place: phone.as_str().into(), person }
    }

    customer_acts!();

    fn serves(&self, _at: &At, _rival: &Rival) -> bool {
        self.subscribed(WABA).iter().any(|app| app == THEIR_APP)
    }

    async fn is_beside(&self, rival: &Rival) {
        self.set_callback(THEIR_APP, &rival.served.url, "theirs").await.unwrap();
    }

    async fn by_hand(&self, is_on: bool) {
        if is_on {
            return self.subscribe(THEIR_APP, WABA);
        }
        let token = self.add_token(THEIR_APP, &[WABA]);
        let url = format!("{}/v25.0/{WABA}/subscribed_apps", self.base_url());
        answer(client().delete(url).bearer_auth(token)).await.is(200);
    }
}

/// A shadow, or for a line with one receiver a source.
async fn source<M: Taken>(world: &Beside<M>, at: &At, shadow: bool) -> Line {
    let line = world.line("support").await;
    let body =
        json!({"kind": M::KIND, "name": "Line", "external_id": "taken", "shadow": shadow, "settings": at.settings});
    let made = world.api.post(&format!("/api/v1/tenants/{}/sources", line.tenant_id), &body).await.is(201);
    world.messenger.reports_all().await;
    Line { source_id: made.text_at("/id").parse().unwrap(), external_id: "taken".to_owned(), ..line }
}

async fn takeover(world: &World, line: &Line) -> Value {
    world.api.get(&line.path("/takeover")).await.is(200).json
}

/// Takes the steps until this one is due, with a kill before and after each commit. The server starts anew now and then.
async fn goes_to<M: Taken>(world: &mut Beside<M>, line: &Line, wanted: &str) {
    let mut seen = BTreeSet::new();
    for round in 0..90 {
        let now = takeover(world, line).await;
        let (state, step) = (now["state"].as_str().unwrap().to_owned(), now["step"].as_str().unwrap().to_owned());
        if wanted == step || wanted == state {
            world.faults.clear();
            return;
        }
        seen.insert(format!("{state} {step}"));
        let point = if round % 2 == 0 { "takeover.before_commit" } else { "takeover.after_commit" };
        world.faults.add(&format!("{point}=error:1")).unwrap();
        world.hurries("takeovers").await;
        world.works("takeovers").await;
        if round % 7 == 6 {
            world.restart().await;
        }
        world.advance(Duration::from_secs(20));
    }
    panic!("{wanted} was not reached: {seen:?}, {}", takeover(world, line).await);
}

/// The other service brings a message into amoCRM now.
fn others_message(world: &World, contact_id: i64) {
    let at = world.clock.millis() / 1000;
    let message = OtherMessage { contact_id, is_outgoing: false, origin: "other.channel".into(), at };
    world.sandbox.other_service_message(HOST, message);
}

/// The customer writes, and everything that is due is delivered.
async fn writes<M: Taken>(world: &mut Beside<M>, at: &At, text: &str) {
    world.messenger.writes(at, text);
    world.messenger.reports_all().await;
    world.deliver_all().await;
}

fn at_crm(world: &World, text: &str) -> usize {
    let came = |one: &&simulator::crm::MessageView| one.msgid.is_some() && one.text.contains(text);
    world.sandbox.messages(HOST).iter().filter(came).count()
}

async fn manager_answers<M: Taken>(world: &mut Beside<M>, line: &Line, text: &str) {
    let chats = world.sandbox.chats(HOST);
    let chat = chats.iter().find(|chat| chat.source.as_deref() == Some("taken")).expect("the line's chat");
    line.manager_sends_to(world, &chat.id, HookMessage::text(text)).await;
    world.deliver_all().await;
    world.messenger.reports_all().await;
    world.deliver_all().await;
}

fn has_crm_source(world: &World) -> bool {
    world.sandbox.sources(HOST).iter().any(|one| one["external_id"] == "taken")
}

/// There and back, with a kill at every step.
async fn there_and_back<M: Taken>(world: &mut Beside<M>) {
    let rival = Rival::start();
    let at = world.messenger.has(&rival).await;
    let line = source(world, &at, true).await;
    world.messenger.is_beside(&rival).await;
    let contact_id = world.sandbox.add_contact(HOST, "Maria", None, None);
    writes(world, &at, "before-the-switch").await;
    others_message(world, contact_id);
    assert_eq!((rival.got("before-the-switch"), at_crm(world, "before-the-switch")), (1, 0));
    world.advance(Duration::from_secs(600));

    let plan = world.api.get(&line.path("/takeover/plan")).await.is(200);
    assert!(
        plan.json["is_ready"].as_bool().unwrap() && plan.json["others"].as_array().unwrap().len() == 1,
        "{}",
        plan.text
    );
    assert_eq!(plan.json["chats"], 1);
    world.api.get(&line.path("/takeover")).await.is(404);
    world.api.post(&line.path("/takeover"), &json!({"stays": ["nobody"]})).await.is(422);
    world.api.post(&line.path("/takeover"), &json!({})).await.is(202);
    world.api.post(&line.path("/takeover"), &json!({})).await.is(409);
    world.api.post(&line.path("/takeover/back"), &json!({})).await.is(409);
    goes_to(world, &line, "switch_off").await;
    // Both have it still, and the other service brings it in.
    writes(world, &at, "both-had-this").await;
    others_message(world, contact_id);
    assert_eq!(rival.got("both-had-this"), 1);
    world.messenger.by_hand(false).await;
    goes_to(world, &line, "begin").await;
    assert!(!world.messenger.serves(&at, &rival), "the other service is off before ours begins");
    writes(world, &at, "only-parom-had-this").await;
    // The other service had this one already when it was switched off.
    world.advance(Duration::from_secs(180));
    writes(world, &at, "in-flight").await;
    others_message(world, contact_id);
    assert_eq!((rival.got("only-parom-had-this"), at_crm(world, "only-parom-had-this")), (0, 0));
    goes_to(world, &line, "settle").await;
    assert!(has_crm_source(world));
    world.deliver_all().await;
    world.advance(Duration::from_secs(180));
    settles(world).await;
    writes(world, &at, "after-the-switch").await;
    for text in ["before-the-switch", "both-had-this", "only-parom-had-this", "in-flight", "after-the-switch"] {
        assert_eq!(at_crm(world, text), 1, "{text} is in the chat once");
    }
    assert_eq!(rival.got("after-the-switch"), 0);
    let links = world.sandbox.contact_links(HOST);
    assert!(links.iter().any(|link| link.contact_id == contact_id), "the chat goes on with its contact: {links:?}");
    manager_answers(world, &line, "answered-by-parom").await;
    assert_eq!(Taken::sent(&*world.messenger, &at).iter().filter(|text| text.contains("answered-by-parom")).count(), 1);

    let report = world.api.get(&line.path("/takeover/report")).await.is(200);
    assert_eq!(
        (report.json["sent_as_history"].as_i64(), report.json["came_during"].as_i64()),
        (Some(2), Some(2)),
        "{}",
        report.text
    );
    let hour = &report.json["first_hour"];
    assert_eq!(
        (hour["received"].as_i64(), hour["sent"].as_i64(), hour["failed"].as_i64()),
        (Some(1), Some(1), Some(0))
    );

    gives_back(world, &at, &line, &rival).await;
    assert_eq!(rival.got("after-the-way-back"), 1);
    others_message(world, contact_id);
    settles(world).await;
    assert_eq!(at_crm(world, "after-the-way-back"), 0, "it is the other service's again");
    let shown = world.api.get(&line.path("")).await.is(200);
    assert!(shown.json["shadow_since"].is_string(), "it receives beside the other service again: {}", shown.text);
    world.api.get(&line.path("/takeover/plan")).await.is(200);
}

/// Settles what waits for amoCRM's events.
async fn settles<M: Taken>(world: &mut Beside<M>) {
    world.advance(Duration::from_secs(180));
    world.hurries("takeovers").await;
    world.works("takeovers").await;
    world.deliver_all().await;
}

async fn gives_back<M: Taken>(world: &mut Beside<M>, at: &At, line: &Line, rival: &Rival) {
    world.api.post(&line.path("/takeover/back"), &json!({})).await.is(202);
    goes_to(world, line, "put_back").await;
    assert!(!world.messenger.serves(at, rival));
    writes(world, at, "on-the-way-back").await;
    world.messenger.by_hand(true).await;
    goes_to(world, line, "settle_back").await;
    assert!(world.messenger.serves(at, rival), "the other service has the line as before");
    world.advance(Duration::from_secs(180));
    for _ in 0..4 {
        settles(world).await;
    }
    let now = takeover(world, line).await;
    assert_eq!((now["state"].as_str(), now["step"].as_str()), (Some("returned"), Some("done")), "{now}");
    assert!(now["others"][0]["trouble"].is_null() && !has_crm_source(world), "{now}");
    assert_eq!((rival.got("on-the-way-back"), at_crm(world, "on-the-way-back")), (0, 1), "Parom alone had it");
    world.api.post(&line.path("/takeover/back"), &json!({})).await.is(409);
    writes(world, at, "after-the-way-back").await;
}

async fn vk_goes_there_and_back(world: &mut Beside<Vk>) {
    there_and_back(world).await;
}

async fn avito_goes_there_and_back(world: &mut Beside<Avito>) {
    there_and_back(world).await;
}

async fn whatsapp_goes_there_and_back(world: &mut Beside<WhatsApp>) {
    there_and_back(world).await;
}

/// A line with one receiver is taken over by the source's creation, and remembers who had it.
async fn telegram_goes_there_and_back(world: &mut Beside<Telegram>) {
    let rival = Rival::start();
    let at = world.messenger.has(&rival).await;
    writes(world, &at, "before-the-switch").await;
    assert_eq!(rival.got("before-the-switch"), 1);
    let line = source(world, &at, false).await;
    assert!(!world.messenger.serves(&at, &rival));
    let taken = takeover(world, &line).await;
    assert_eq!(
        (taken["state"].as_str(), taken["others"][0]["loses_secret"].as_bool()),
        (Some("switched"), Some(true)),
        "{taken}"
    );
    world.restart().await;
    writes(world, &at, "after-the-switch").await;
    manager_answers(world, &line, "answered-by-parom").await;
    assert_eq!((at_crm(world, "after-the-switch"), rival.got("after-the-switch")), (1, 0));
    assert_eq!(Taken::sent(&*world.messenger, &at).iter().filter(|text| text.contains("answered-by-parom")).count(), 1);
    gives_back(world, &at, &line, &rival).await;
    assert_eq!((rival.got("after-the-way-back"), at_crm(world, "after-the-way-back")), (1, 0));
    // It is not taken again by the regular check.
    world.advance(Duration::from_secs(600));
    world.works("lines").await;
    assert!(world.messenger.serves(&at, &rival));
    // And once more, now with a plan.
    world.api.post(&line.path("/takeover"), &json!({})).await.is(202);
    goes_to(world, &line, "settle").await;
    assert!(!world.messenger.serves(&at, &rival) && has_crm_source(world));
    writes(world, &at, "switched-again").await;
    settles(world).await;
    assert_eq!((at_crm(world, "switched-again"), rival.got("switched-again")), (1, 0));
}

/// A step that fails undoes what was done, and is named with its reason.
async fn a_step_that_fails_is_undone(world: &mut Beside<Vk>) {
    let rival = Rival::start();
    let at = world.messenger.has(&rival).await;
    let line = source(world, &at, true).await;
    world.api.post(&line.path("/takeover"), &json!({})).await.is(202);
    world.messenger.faults().until_cleared("groups.setCallbackSettings", Fault::refuse(200, 15, "Access denied"));
    world.works("takeovers").await;
    world.messenger.faults().clear();
    settles(world).await;
    settles(world).await;
    let now = takeover(world, &line).await;
    assert_eq!(now["state"], "rolled_back", "{now}");
    assert_eq!(now["failure"]["step"], "switch_off");
    assert!(!now["failure"]["reason"].as_str().unwrap().is_empty(), "{now}");
    assert!(world.messenger.serves(&at, &rival) && !has_crm_source(world), "all is as before");
    writes(world, &at, "still-theirs").await;
    assert_eq!((rival.got("still-theirs"), at_crm(world, "still-theirs")), (1, 0));
    world.api.post(&line.path("/takeover"), &json!({})).await.is(202);
    goes_to(world, &line, "settle").await;
}

/// A service that only its owner can remove, and that stays, is waited for and then left alone.
async fn a_service_that_stays_ends_the_switch(world: &mut Beside<WhatsApp>) {
    let rival = Rival::start();
    let at = world.messenger.has(&rival).await;
    let line = source(world, &at, true).await;
    world.api.post(&line.path("/takeover"), &json!({})).await.is(202);
    world.works("takeovers").await;
    let now = takeover(world, &line).await;
    assert_eq!((now["state"].as_str(), now["step"].as_str()), (Some("switching"), Some("switch_off")), "{now}");
    world.api.delete(&line.path("")).await.is(503);
    world.advance(Duration::from_secs(16 * 60));
    settles(world).await;
    settles(world).await;
    let now = takeover(world, &line).await;
    assert_eq!(
        (now["state"].as_str(), now["failure"]["step"].as_str()),
        (Some("rolled_back"), Some("switch_off")),
        "{now}"
    );
    assert!(now["failure"]["reason"].as_str().unwrap().contains("Other"), "{now}");
    // A person knows that it answers nobody.
    world.api.post(&line.path("/takeover"), &json!({"stays": [THEIR_APP]})).await.is(202);
    goes_to(world, &line, "settle").await;
    assert_eq!(takeover(world, &line).await["others"][0]["stays"], true);
}

/// After a day the line cannot be given back, and the others' addresses are forgotten.
async fn a_day_later_it_is_over(world: &mut Beside<Vk>) {
    let rival = Rival::start();
    let at = world.messenger.has(&rival).await;
    let line = source(world, &at, true).await;
    world.api.post(&line.path("/takeover"), &json!({})).await.is(202);
    goes_to(world, &line, "settle").await;
    world.advance(Duration::from_secs(86_400));
    settles(world).await;
    assert_eq!(takeover(world, &line).await["step"], "done");
    let over: Reply = world.api.post(&line.path("/takeover/back"), &json!({})).await.is(409);
    assert_eq!(over.json["type"], "/problems/takeover_over");
    assert!(!world.messenger.serves(&at, &rival));
    world.api.delete(&line.path("")).await.is(204);
}

/// The pages have the same steps as the API.
async fn people_switch_and_give_back(world: &mut Beside<Vk>) {
    let rival = Rival::start();
    let at = world.messenger.has(&rival).await;
    let line = source(world, &at, true).await;
    let visitor = olga(world, line.tenant_id).await;
    let path = format!("/panel/sources/{}/takeover", line.source_id);
    let plan = visitor.opens(&path).await.is(200);
    plan.says(&["Before the switch", "Parom switches it off", "Switch now"]);
    visitor.sends(&path, &[]).await.is(303);
    goes_to(world, &line, "settle").await;
    let shown = visitor.opens(&path).await.is(200);
    shown.says(&["Taken over", "First hour", "Give the line back"]);
    visitor.opens(&format!("{path}/report")).await.is(200).says(&["Report of the takeover", "127.0.0.1"]);
    let file = visitor.opens(&format!("{path}/report.csv")).await.is(200);
    assert!(file.text.contains("\"first_hour\",\"received\",\"0\""), "{}", file.text);
    visitor.opens(&format!("/panel/sources/{}", line.source_id)).await.is(200).says(&["Takeover"]);
    let admin = Operator::signed_in(world).await;
    admin.opens("/admin/takeovers").await.is(200).says(&["Taken over", HOST]);
    visitor.sends(&format!("{path}/back"), &[]).await.is(303);
    goes_to(world, &line, "put_back").await;
    visitor.opens(&path).await.is(200).says(&["Being given back"]);
}

both!(vk_goes_there_and_back);
once!(avito_goes_there_and_back, whatsapp_goes_there_and_back, telegram_goes_there_and_back);
once!(
    people_switch_and_give_back,
    a_step_that_fails_is_undone,
    a_service_that_stays_ends_the_switch,
    a_day_later_it_is_over
);
