//! Reporting sales: a lead that is won is sent to the account's webhook, to Meta and to Metrica, each once.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use base::clock::Clock;
use base::config::Config;
use parom::job::{NewJob, schedule};
use parom_tests::settings::HOST;
use parom_tests::{Answer, Engine, Line, Place, Setup, World, answer, both, once};
use reqwest::Method;
use serde_json::{Value, json};
use simulator::crm::Part;
use simulator::kit::Fault;
use simulator::meta::Meta;
use simulator::metrica::{Metrica, Upload};
use simulator::whatsapp::{Act, Content, NewApp, NewPerson, NewPhone, WhatsApp};
use uuid::Uuid;

use crate::webchat::{OnSite, SHOP};

const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(86_400);
/// The data set, the counter, its goal, and their tokens.
const DATASET: &str = "1234567890";
const COUNTER: &str = "2215573";
const GOAL: &str = "order_confirmed";
const META_TOKEN: &str = "EAAmeta";
const METRICA_TOKEN: &str = "y0_metrica";
/// How the customer is known to each.
const CLICK: &str = "ARAkLkA8rmlFeiCktEJQ-acme";
const CLIENT: &str = "1481718166123456789";

/// A world with WhatsApp, Meta's Conversions API and Metrica; the account's webhook is the world's messenger.
struct SalesWorld {
    world: World,
    whatsapp: Arc<WhatsApp>,
    meta: Arc<Meta>,
    metrica: Arc<Metrica>,
}

impl Deref for SalesWorld {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl DerefMut for SalesWorld {
    fn deref_mut(&mut self) -> &mut World {
        &mut self.world
    }
}

type Receivers = (Arc<WhatsApp>, Arc<Meta>, Arc<Metrica>);

impl Place for SalesWorld {
    async fn open(engine: Engine) -> Option<Self> {
        let started: Arc<OnceLock<Receivers>> = Arc::default();
        let others = {
            let started = started.clone();
            async move |clock: Clock| {
                base::http_client::install_crypto_provider();
                let now: simulator::kit::Now = Arc::new(move || clock.now());
                let whatsapp = WhatsApp::start(simulator::whatsapp::Options { now: now.clone() }).await.unwrap();
                let meta = Meta::start(simulator::meta::Options { now: now.clone() }).await.unwrap();
                let all = (Arc::new(whatsapp), Arc::new(meta), Arc::new(Metrica::start(now).unwrap()));
                let urls = [all.0.base_url(), all.1.base_url(), all.2.base_url()].map(|url| url.parse().unwrap());
                assert!(started.set(all).is_ok());
                move |config: &mut Config| {
                    let [whatsapp, meta, metrica] = urls.clone();
                    config.whatsapp.api_url = whatsapp;
                    config.facebook.api_url = meta;
                    config.metrica.api_url = metrica;
                }
            }
        };
        let world = World::start_beside(engine, Setup::default(), others).await?;
        let (whatsapp, meta, metrica) = started.get().expect("the world has started them").clone();
        Some(Self { world, whatsapp, meta, metrica })
    }

    async fn close(mut self) {
        self.whatsapp.deliver_all().await;
        self.world.deliver_all().await;
        self.world.close().await;
    }
}

/// An account whose customer came by an advertisement to WhatsApp and wrote on the site too: the lead of both chats.
struct Shop {
    line: Line,
    lead: i64,
}

impl SalesWorld {
    async fn arrives(&mut self) {
        self.whatsapp.deliver_all().await;
        self.world.deliver_all().await;
    }

    /// A WhatsApp number whose customer came by an advertisement, unless `ad` is null; their accepted lead.
    async fn whatsapp_lead(&mut self, ad: Value) -> Shop {
        let app = self.whatsapp.add_app(NewApp::default());
        let waba = self.whatsapp.add_waba("220011223344556", "Acme");
        let phone = self.whatsapp.add_phone(NewPhone { number: "77010009900".to_owned(), ..NewPhone::of(&waba) });
        let token = self.whatsapp.add_token(&app.id, &[&waba]);
        let settings =
            json!({"phone_number_id": phone, "waba_id": waba, "access_token": token, "app_secret": app.secret});
        let line = self.line_of("whatsapp", "Acme", "wa-1", settings).await;
        self.works("subscriptions").await;
        let maria = self.whatsapp.add_person(NewPerson::default());
        let with_ad = |act: Act| if ad.is_null() { act } else { act.with("referral", ad) };
        self.whatsapp.customer(maria, &phone).sends_with(Content::text("Price?"), with_ad).unwrap();
        self.arrives().await;
        let waiting = self.sandbox.incoming_leads(HOST).remove(0);
        assert!(self.sandbox.accept_lead(HOST, &waiting.uid));
        self.sandbox.prices_lead(HOST, waiting.lead_id, 42_000);
        Shop { line, lead: waiting.lead_id }
    }

    /// The same customer, known to all three.
    async fn shop(&mut self) -> Shop {
        let ad = json!({"source_url": "https://fb.me/1", "source_type": "ad", "source_id": "12", "headline": "Bikes",
            "ctwa_clid": CLICK});
        let shop = self.whatsapp_lead(ad).await;
        let contact = self.sandbox.leads(HOST)[0].contact_id;
        let settings = json!({"allowed_origins": [SHOP]});
        let source = json!({"kind": "webchat", "name": "Site", "external_id": "site", "settings": settings});
        let sources = format!("/api/v1/tenants/{}/sources", shop.line.tenant_id);
        let source = self.api.post(&sources, &source).await.is(201).text_at("/id");
        self.advance(HOUR);
        let visit = json!({"url": format!("{SHOP}/cart"), "landing": format!("{SHOP}/?utm_source=ya&yclid=77"),
            "client_id": CLIENT});
        let body = json!({"id": Uuid::new_v4(), "text": "Is it there?", "visit": visit});
        OnSite::new(&source).posts(self, "/messages", body).await.is(202);
        self.deliver_all().await;
        let chat = self.sandbox.incoming_leads(HOST).remove(0).chat_id;
        assert!(self.sandbox.link_chat(HOST, &chat, contact));
        self.advance(HOUR);
        shop
    }

    /// All three targets are on.
    async fn all_on(&self, shop: &Shop) {
        let olga = self.panel(shop.line.tenant_id).await;
        let text = olga.does("/panel/alerts/webhook", &[("url", self.messenger.url())]).await.text;
        let secret = &text[text.find("whsec_").expect("a secret")..];
        let secret: String = secret.chars().take_while(|sign| !['<', '"', ' '].contains(sign)).collect();
        self.messenger.knows("", &secret);
        self.meta.add_dataset(DATASET, META_TOKEN);
        self.metrica.add_counter(COUNTER, GOAL, METRICA_TOKEN);
        let targets = json!({
            "webhook": {"on": true},
            "meta": {"on": true, "dataset_id": DATASET, "token": META_TOKEN},
            "metrica": {"on": true, "counter_id": COUNTER, "goal": GOAL, "token": METRICA_TOKEN},
        });
        self.puts(shop, &targets).await;
        self.advance(Duration::from_secs(10));
    }

    async fn puts(&self, shop: &Shop, targets: &Value) -> Value {
        let put = self.api.request(Method::PUT, &format!("{}/targets", path(shop))).json(targets);
        answer(put).await.is(200).json.clone()
    }

    /// The lead is won, and amoCRM's hook is there.
    async fn wins(&self, shop: &Shop) {
        let before = self.sandbox.crm_hooks().len();
        self.sandbox.win_lead(HOST, shop.lead);
        let told = async || {
            let hooks = self.sandbox.crm_hooks();
            let is_win = |body: &str| body.replace("%5B", "[").replace("%5D", "]").contains("[status_id]=142");
            hooks[before..].iter().any(|hook| hook.status == Some(200) && is_win(&hook.body)).then_some(())
        };
        self.until("the hook is taken", told).await;
    }

    /// What the account's webhook took of sales.
    fn booked(&self) -> Vec<Value> {
        let taken = self.messenger.received().into_iter().filter(|one| one.was_taken());
        taken.map(|one| one.body).filter(|body| body["type"] == "lead.won").collect()
    }

    async fn sendings(&self, shop: &Shop) -> Value {
        let listed = self.api.get(&path(shop)).await.is(200).json.clone();
        let sendings = listed["items"][0]["sendings"].as_array().cloned().unwrap_or_default();
        let said = |one: &Value| (one["target"].as_str().unwrap().to_owned(), json!([one["state"], one["reason"]]));
        json!(sendings.iter().map(said).collect::<std::collections::BTreeMap<_, _>>())
    }

    async fn alerts(&self, shop: &Shop) -> Vec<String> {
        let open = parom::alert::open(self.app().store.read(), shop.line.tenant_id).await.unwrap();
        open.into_iter().map(|alert| alert.key).filter(|key| key.starts_with("sales_not_sent")).collect()
    }
}

fn path(shop: &Shop) -> String {
    format!("/api/v1/tenants/{}/sales", shop.line.tenant_id)
}

const SENT: &str = "sent";

async fn a_won_lead_is_told_as_the_dry_run_showed_it(world: &mut SalesWorld) {
    let shop = world.shop().await;
    world.all_on(&shop).await;
    world.wins(&shop).await;
    let preview = world.api.get(&format!("{}/preview", path(&shop))).await.is(200).json.clone();
    let olga = world.panel(shop.line.tenant_id).await;
    let page = olga.opens("/panel/sales/preview").await.is(200);
    page.says(&["Would be sent", "href=\"/panel/customers/", "POST http", "42"]);
    assert!(world.booked().is_empty() && world.meta.events_of(DATASET).is_empty(), "nothing is sent");
    assert_eq!(world.works("sales").await, 1);
    let (booked, events, uploads) = (world.booked(), world.meta.events_of(DATASET), world.metrica.uploads_of(COUNTER));
    assert_eq!((booked.len(), events.len(), uploads.len()), (1, 1, 1));
    let shown = preview["items"][0]["requests"].as_array().unwrap();
    let body = |place: usize| shown[place]["body"].as_str().unwrap();
    assert_eq!(serde_json::from_str::<Value>(body(0)).unwrap(), booked[0]);
    assert_eq!(serde_json::from_str::<Value>(body(1)).unwrap(), json!({ "data": events }));
    assert_eq!(body(2), uploads[0].file);
    let (event_id, at) = (booked[0]["data"]["event_id"].as_str().unwrap(), events[0]["event_time"].as_i64().unwrap());
    assert_eq!(booked[0]["data"]["lead"], json!({"id": shop.lead.to_string(), "price": 42_000, "currency": "RUB"}));
    let chats = booked[0]["data"]["chats"].as_array().unwrap();
    assert_eq!(
        (&chats[0]["campaign"], &chats[0]["client_id"]),
        (&json!({"utm_source": "ya", "yclid": "77"}), &json!(CLIENT))
    );
    assert_eq!(chats[1]["ctwa_clid"], json!(CLICK));
    let expected = json!({
        "event_name": "Purchase", "event_time": at, "event_id": event_id, "action_source": "business_messaging",
        "messaging_channel": "whatsapp",
        "user_data": {"whatsapp_business_account_id": "220011223344556", "ctwa_clid": CLICK},
        "custom_data": {"value": 42_000, "currency": "RUB"},
    });
    assert_eq!(events[0], expected);
    let file = format!("ClientId,Target,DateTime,Price,Currency\n{CLIENT},{GOAL},{at},42000,RUB\n");
    assert_eq!(uploads[0], Upload { comment: event_id.to_owned(), client_id_type: "CLIENT_ID".to_owned(), file });
    let all = json!({"webhook": [SENT, ""], "meta": [SENT, ""], "metrica": [SENT, ""]});
    assert_eq!(world.sendings(&shop).await, all);
    // Won once more: what was told stays told.
    world.sandbox.opens_lead(HOST, shop.lead);
    world.advance(HOUR);
    world.wins(&shop).await;
    assert_eq!(world.works("sales").await, 1);
    assert_eq!((world.booked().len(), world.meta.events_of(DATASET).len()), (1, 1));
    assert_eq!(world.metrica.uploads_of(COUNTER).len(), 1);
    assert_eq!(world.api.get(&path(&shop)).await.json["items"].as_array().unwrap().len(), 1);
}

/// Every place at which a process may die: receivers count each sale once.
async fn a_crash_anywhere_tells_no_second_sale(world: &mut SalesWorld) {
    let shop = world.shop().await;
    world.all_on(&shop).await;
    world.wins(&shop).await;
    // After the sale is stored; after the webhook took it; after Meta did; after Metrica did.
    for plan in ["sale.stored=error:1", "sale.sent=error:1", "sale.sent=every:2", ""] {
        if !plan.is_empty() {
            world.faults.add(plan).unwrap();
        }
        assert_eq!(world.works("sales").await, 1, "{plan}");
        world.advance(13 * HOUR);
    }
    world.faults.clear();
    assert_eq!((world.works("sales").await, world.works("sales").await), (1, 0));
    let ids: std::collections::BTreeSet<String> =
        world.meta.events_of(DATASET).iter().map(|event| event["event_id"].as_str().unwrap().to_owned()).collect();
    let booked: Vec<_> = world.messenger.received().into_iter().filter(|one| one.body["type"] == "lead.won").collect();
    assert!(booked.len() > 1 && booked.iter().all(|one| one.webhook_id == booked[0].webhook_id), "{booked:?}");
    assert_eq!(ids.into_iter().collect::<Vec<_>>(), [booked[0].webhook_id.clone()], "one event by its id");
    assert_eq!(world.metrica.uploads_of(COUNTER).len(), 1, "Metrica knows no ids: the list of uploads is asked first");
    let all = json!({"webhook": [SENT, ""], "meta": [SENT, ""], "metrica": [SENT, ""]});
    assert_eq!(world.sendings(&shop).await, all);
}

async fn who_refuses_or_does_not_answer_delays_no_other(world: &mut SalesWorld) {
    let shop = world.shop().await;
    world.all_on(&shop).await;
    world.metrica.faults().until_cleared("upload", Fault::refuse(400, 0, "Goal not found"));
    world.messenger.answers_next([Answer::status(503), Answer::status(503)]);
    world.meta.faults().next("events", 1, Fault::ResetAfter);
    world.wins(&shop).await;
    assert_eq!(world.works("sales").await, 1);
    let told = world.sendings(&shop).await;
    assert_eq!(told["metrica"], json!(["refused", "Goal not found"]));
    assert_eq!((&told["webhook"][0], &told["meta"][0]), (&json!("waiting"), &json!("waiting")));
    assert_eq!(world.alerts(&shop).await, ["sales_not_sent:metrica"]);
    world.advance(HOUR);
    assert_eq!(world.works("sales").await, 1);
    world.advance(HOUR);
    assert_eq!(world.works("sales").await, 1);
    let told = world.sendings(&shop).await;
    assert_eq!((&told["webhook"][0], &told["meta"][0]), (&json!(SENT), &json!(SENT)));
    // A person mends it and sends it again.
    world.metrica.faults().clear();
    let olga = world.panel(shop.line.tenant_id).await;
    olga.opens("/panel/sales").await.is(200).says(&["Refused", "Goal not found", "₽42,000"]);
    olga.opens("/panel/sales?state=refused").await.is(200).says(&["₽42,000"]);
    let none = olga.opens("/panel/sales?state=skipped").await.is(200);
    none.says(&["None of the last sales"]);
    none.never_says(&["₽42,000"]);
    olga.does(&format!("/panel/sales/{}/again", shop.lead), &[]).await.says(&["It is sent again"]);
    assert_eq!(world.works("sales").await, 1);
    assert_eq!(world.sendings(&shop).await["metrica"][0], json!(SENT));
    assert!(world.alerts(&shop).await.is_empty());
    assert_eq!((world.booked().len(), world.metrica.uploads_of(COUNTER).len()), (1, 1));
}

async fn a_token_that_is_gone_is_waited_for_with_an_alert(world: &mut SalesWorld) {
    let shop = world.shop().await;
    world.all_on(&shop).await;
    world.meta.add_dataset(DATASET, "another");
    world.metrica.add_counter(COUNTER, GOAL, "another");
    world.wins(&shop).await;
    assert_eq!(world.works("sales").await, 1);
    assert_eq!(world.alerts(&shop).await, ["sales_not_sent:meta", "sales_not_sent:metrica"]);
    assert_eq!(world.sendings(&shop).await["webhook"][0], json!(SENT));
    let olga = world.panel(shop.line.tenant_id).await;
    olga.opens("/panel/alerts").await.is(200).says(&["Meta Conversions API did not accept a sale"]);
    let shown = world.puts(&shop, &json!({"meta": {"on": true, "dataset_id": DATASET, "token": "another"}})).await;
    assert_eq!((&shown["meta"]["has_token"], &shown["meta"]["token"]), (&json!(true), &Value::Null));
    world.advance(HOUR);
    assert_eq!(world.works("sales").await, 1);
    assert_eq!(world.alerts(&shop).await, ["sales_not_sent:metrica"]);
    // After days without access nothing is tried any more.
    for _ in 0..10 {
        world.advance(DAY);
        world.works("sales").await;
    }
    assert_eq!(
        world.sendings(&shop).await,
        json!({"webhook": [SENT, ""], "meta": [SENT, ""], "metrica": ["refused", "Access is denied"]})
    );
}

async fn without_an_origin_only_the_webhook_is_told(world: &mut SalesWorld) {
    let shop = world.whatsapp_lead(Value::Null).await;
    world.all_on(&shop).await;
    world.wins(&shop).await;
    assert_eq!(world.works("sales").await, 1);
    let none = json!(["skipped", "no_origin"]);
    assert_eq!(world.sendings(&shop).await, json!({"webhook": [SENT, ""], "meta": none, "metrica": none}));
    assert_eq!((world.booked().len(), world.meta.events_of(DATASET).len()), (1, 0));
    assert!(world.alerts(&shop).await.is_empty());
    // Erased with the customer, and not told anew by the daily look.
    let conversation = world.booked()[0]["data"]["chats"][0]["conversation_id"].clone();
    let erase = format!("/api/v1/tenants/{}/customers/erase", shop.line.tenant_id);
    world.api.post(&erase, &json!({ "conversation_id": conversation })).await.is(201);
    assert_eq!(world.api.get(&path(&shop)).await.json["items"], json!([]));
    world.advance(DAY);
    assert_eq!((world.works("sale_checks").await, world.works("sales").await), (1, 1));
    assert_eq!(world.booked().len(), 1);
}

async fn a_missed_hook_is_found_within_a_day_and_earlier_sales_are_left_alone(world: &mut SalesWorld) {
    let shop = world.shop().await;
    world.wins(&shop).await;
    assert_eq!(world.works("sales").await, 0, "nobody is told");
    world.advance(HOUR);
    world.all_on(&shop).await;
    world.advance(DAY);
    assert_eq!(world.works("sale_checks").await, 1);
    assert_eq!(world.works("sales").await, 0, "it was won before a target was on");
    world.sandbox.opens_lead(HOST, shop.lead);
    let hooks = world.sandbox.webhooks(HOST)[0].destination.clone();
    world.sandbox.set_webhook_disabled(HOST, &hooks, true);
    world.advance(HOUR);
    world.sandbox.win_lead(HOST, shop.lead);
    world.advance(DAY);
    assert_eq!(world.works("sale_checks").await, 1);
    assert_eq!(world.works("sales").await, 1);
    assert_eq!(world.booked().len(), 1);
    world.advance(DAY);
    assert_eq!((world.works("sale_checks").await, world.works("sales").await), (1, 0), "once");
    // The dry run looks at the last days alone, and says so beside the sales that are listed.
    let olga = world.panel(shop.line.tenant_id).await;
    olga.opens("/panel/sales/preview").await.is(200).says(&["Would be sent"]);
    world.advance(30 * DAY);
    let olga = world.panel(shop.line.tenant_id).await;
    olga.opens("/panel/sales/preview").await.is(200).says(&["The last sale under Sales was won on"]);
    world.advance(DAY);
    // Switched off, nothing is looked for.
    world.puts(&shop, &json!({"webhook": {}, "meta": {}, "metrica": {}})).await;
    world.advance(DAY);
    assert_eq!((world.works("sale_checks").await, world.works("sale_checks").await), (1, 0));
}

async fn mistakes_are_at_their_fields(world: &mut SalesWorld) {
    let line = world.line("support").await;
    let shop = Shop { line, lead: 0 };
    let wrong = json!({"webhook": {"on": true}, "meta": {"on": true, "dataset_id": "x1"},
        "metrica": {"on": true, "goal": "a,b", "token": "with blank"}});
    let put = world.api.request(Method::PUT, &format!("{}/targets", path(&shop))).json(&wrong);
    let wrong =
        ["/webhook/on", "/meta/dataset_id", "/meta/token", "/metrica/counter_id", "/metrica/goal", "/metrica/token"];
    assert_eq!(answer(put).await.is(422).wrong_fields(), wrong);
    let olga = world.panel(shop.line.tenant_id).await;
    let form = [("meta_on", "1"), ("meta_dataset_id", "abc"), ("meta_token", "")];
    let page = olga.sends("/panel/sales/targets", &form).await.is(422);
    page.says(&["id=\"e-meta_dataset_id\"", "id=\"e-meta_token\"", "value=\"abc\""]);
    page.says(&["“Dataset ID”: must be a number.", "Fill in “Access token”."]);
    let form = [("meta_dataset_id", DATASET), ("meta_token", META_TOKEN)];
    olga.does("/panel/sales/targets", &form).await.says(&["Saved", DATASET, "A token is stored"]);
    let page = olga.opens("/panel/sales").await.is(200);
    assert!(!page.text.contains(META_TOKEN), "a token is never shown");
    let log = olga.opens("/panel/audit").await.is(200).text;
    assert!(log.contains("meta") && !log.contains("metrica"), "what was not changed is not saved");
    olga.opens("/panel/sales/preview").await.is(200).says(&["No lead with a chat was won"]);
}

/// Jobs of a kind have a limit in this process, and a call to an account's own server may take 15 seconds.
async fn accounts_that_hang_delay_no_other(world: &mut SalesWorld) {
    const ACCOUNTS: usize = 12;
    let now = world.clock.millis();
    for number in 0..ACCOUNTS {
        let line = world.line_at(&format!("a{number}.amocrm.ru"), "support").await;
        for lead in 1..=3 {
            let sale = NewJob::new(line.tenant_id, "sales", lead, now);
            schedule(world.app().store.write(), now, sale).await.unwrap();
        }
    }
    world.advance(Duration::from_secs(1));
    let gate = world.sandbox.faults().hold(Part::Rest);
    let jobs = world.app().jobs.clone();
    let sending = tokio::spawn(async move { parom::job::due_of(&jobs, "sales").await });
    gate.until_waiting(ACCOUNTS).await;
    gate.open();
    assert_eq!(sending.await.unwrap(), 3 * ACCOUNTS);
}

/// As in the panel, only administrators see where sales are sent: the address of a webhook often contains its secret.
async fn a_key_that_reads_sees_no_targets(world: &mut SalesWorld) {
    let shop = world.shop().await;
    world.all_on(&shop).await;
    for (scope, status) in [("read", 403), ("write", 200)] {
        let key = format!("prm_sales_{scope}");
        world.add_key(shop.line.tenant_id, &key, scope).await;
        let api = world.api.with_key(&key);
        for part in ["targets", "preview"] {
            api.get(&format!("{}/{part}", path(&shop))).await.is(status);
        }
        api.get(&path(&shop)).await.is(200);
    }
}

both!(
    a_won_lead_is_told_as_the_dry_run_showed_it,
    a_crash_anywhere_tells_no_second_sale,
    who_refuses_or_does_not_answer_delays_no_other
);
once!(
    a_token_that_is_gone_is_waited_for_with_an_alert,
    without_an_origin_only_the_webhook_is_told,
    a_missed_hook_is_found_within_a_day_and_earlier_sales_are_left_alone,
    mistakes_are_at_their_fields,
    accounts_that_hang_delay_no_other,
    a_key_that_reads_sees_no_targets
);
