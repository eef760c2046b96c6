//! Lines that another service has: its server, and how each messenger shows whom it serves.

use std::sync::{Arc, Mutex};

use actix_web::{HttpRequest, HttpResponse, web};
use parom_tests::{Served, Simulated, answer, client};
use serde_json::{Value, json};
use simulator::avito::Avito;
use simulator::kit::Id;
use simulator::max::Max;
use simulator::telegram::Telegram;
use simulator::vk::{CommunityView, Vk};
use simulator::whatsapp::WhatsApp;

/// The other service's server: it answers every call and remembers it.
pub struct Rival {
    served: Served,
    bodies: Arc<Mutex<Vec<String>>>,
    /// What VK wants as an answer to `confirmation`.
    code: Arc<Mutex<String>>,
}

impl Rival {
    pub fn start() -> Self {
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
    pub fn got(&self, text: &str) -> usize {
        self.bodies.lock().unwrap().iter().filter(|body| body.contains(text)).count()
    }
}

/// A line, and the customer who writes on it.
#[derive(Clone)]
pub struct At {
    pub settings: Value,
    pub line: Id,
    /// Where the customer writes: the line, or one of its adverts.
    pub place: Id,
    pub person: i64,
}

/// A messenger with a line that the other service has.
pub trait Taken: Simulated {
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
        servers.iter().any(|one| one.url.starts_with(&rival.served.url) && one.wants.kinds.contains("message_new"))
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

impl Taken for Max {
    const KIND: &'static str = "max";

    async fn has(&self, rival: &Rival) -> At {
        use simulator::max::{NewBot, NewPerson};
        let bot = self.add_bot(NewBot::default());
        let person = self.add_person(NewPerson::default());
        self.customer(person, bot.id).starts("").unwrap();
        let registers = client().post(format!("{}/subscriptions", self.base_url())).header("authorization", &bot.token);
        let address = json!({ "url": rival.served.url, "update_types": ["message_created"] });
        answer(registers.json(&address)).await.is(200);
        At { settings: json!({ "bot_token": bot.token }), line: bot.id.into(), place: bot.id.into(), person }
    }

    customer_acts!();

    fn serves(&self, at: &At, rival: &Rival) -> bool {
        self.subscriptions(at.line.clone()).iter().any(|one| one.url.starts_with(&rival.served.url))
    }
}

pub const THEIR_APP: &str = "990011223344556";
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
