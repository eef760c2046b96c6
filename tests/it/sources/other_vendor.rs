//! Another vendor's service has the line, Parom is its shadow: nothing is lost, doubled or answered by both, and the
//! comparison of the day is whole, also after a crash.

use std::sync::Arc;
use std::time::Duration;

use base::config::Platform;
use parom_tests::settings::HOST;
use parom_tests::{Beside, Engine, Place, Setup, Simulated, Stage, both, once};
use serde_json::{Value, json};
use simulator::avito::{self, Avito, NewBuyer, NewItem, NewSeller};
use simulator::crm::Direction;
use simulator::kit::{Id, Simulator, Wire};
use simulator::max::{self, Max};
use simulator::other_vendor::{Access, Options, OtherVendor};
use simulator::telegram::{self, Telegram};
use simulator::vk::{self, NewCommunity, Vk};
use simulator::whatsapp::{self, NewApp, NewPhone, WhatsApp};
use uuid::Uuid;

/// A line that the other service has, and what Parom needs to be its shadow.
pub struct Scene {
    pub access: Access,
    pub settings: Value,
    /// To which customers write, and by which programs do.
    pub line: Id,
    pub sender: Id,
    pub customers: [i64; 2],
    /// A shadow sees what the other service answers.
    sees_answers: bool,
}

/// A messenger with a line that another service has.
pub trait Shared: Wire {
    fn scene(messenger: &Simulator<Self>) -> Scene;
}

impl Shared for vk::Options {
    fn scene(vk: &Vk) -> Scene {
        let made = vk.add_community(NewCommunity::default());
        let (api, community, token) = (vk.base_url().to_owned(), made.id, made.token);
        Scene {
            settings: json!({"group_id": community, "access_token": token}),
            access: Access::Vk { api, community, token },
            line: community.into(),
            sender: community.into(),
            customers: [vk.add_person(vk::NewPerson::default()), vk.add_person(vk::NewPerson::default())],
            sees_answers: true,
        }
    }
}

impl Shared for avito::Options {
    fn scene(avito: &Avito) -> Scene {
        let NewSeller { client_id, client_secret, .. } = NewSeller::default();
        let seller = avito.add_seller(NewSeller::default());
        avito.set_level(seller, true);
        Scene {
            settings: json!({"client_id": client_id, "client_secret": client_secret}),
            access: Access::Avito { api: avito.base_url().to_owned(), client_id, client_secret },
            line: avito.add_item(NewItem::of(seller)).into(),
            sender: seller.into(),
            customers: [avito.add_buyer(NewBuyer::default()), avito.add_buyer(NewBuyer::default())],
            sees_answers: true,
        }
    }
}

impl Shared for whatsapp::Options {
    fn scene(whatsapp: &WhatsApp) -> Scene {
        let waba = whatsapp.add_waba("220011223344556", "Acme");
        let phone = whatsapp.add_phone(NewPhone::of(&waba));
        let person = |digits: &str| {
            let (wa_id, user_id) = (digits.to_owned(), Some(format!("KZ.{digits}")));
            whatsapp.add_person(whatsapp::NewPerson { wa_id, user_id, ..whatsapp::NewPerson::default() })
        };
        let [own, theirs] = ["990011223344555", "990011223344556"]
            .map(|id| whatsapp.add_app(NewApp { id: id.to_owned(), ..NewApp::default() }));
        let token = whatsapp.add_token(&theirs.id, &[&waba]);
        Scene {
            settings: json!({"phone_number_id": phone, "waba_id": waba, "app_secret": own.secret,
                "access_token": whatsapp.add_token(&own.id, &[&waba])}),
            line: phone.as_str().into(),
            sender: phone.as_str().into(),
            access: Access::WhatsApp { api: whatsapp.base_url().to_owned(), phone, waba, token },
            customers: [person("77010001122"), person("77010001133")],
            sees_answers: false,
        }
    }
}

impl Shared for max::Options {
    fn scene(max: &Max) -> Scene {
        let bot = max.add_bot(max::NewBot::default());
        let customers = [max.add_person(max::NewPerson::default()), max.add_person(max::NewPerson::default())];
        customers.iter().for_each(|who| max.customer(*who, bot.id).starts("").unwrap());
        Scene {
            settings: json!({"bot_token": bot.token}),
            access: Access::Max { api: max.base_url().to_owned(), token: bot.token },
            line: bot.id.into(),
            sender: bot.id.into(),
            customers,
            sees_answers: false,
        }
    }
}

impl Shared for telegram::Options {
    fn scene(telegram: &Telegram) -> Scene {
        let bot = telegram.add_bot(telegram::NewBot::default());
        let customers =
            [telegram.add_person(telegram::NewPerson::default()), telegram.add_person(telegram::NewPerson::default())];
        customers.iter().for_each(|who| telegram.customer(*who, bot.id).starts("").unwrap());
        Scene {
            settings: json!({"bot_token": bot.token}),
            access: Access::Telegram { api: telegram.base_url().to_owned(), token: bot.token },
            line: bot.id.into(),
            sender: bot.id.into(),
            customers,
            sees_answers: false,
        }
    }
}

/// The other service, which has the line.
pub async fn other_vendor(stage: &Stage, access: &Access) -> OtherVendor {
    let clock = stage.clock.clone();
    let options = Options { amocrm: stage.sandbox.url().to_owned(), now: Arc::new(move || clock.now()) };
    let vendor = OtherVendor::start(options).await.unwrap();
    vendor.installed(&stage.sandbox, HOST).await.unwrap();
    vendor.connects(access.clone()).await.unwrap();
    vendor
}

/// The same with Parom as its shadow.
async fn beside<W: Shared>(world: &Beside<Simulator<W>>, scene: &Scene) -> (OtherVendor, Uuid)
where
    Simulator<W>: Simulated,
{
    let tenant = world.line("support").await.tenant_id;
    let vendor = other_vendor(world, &scene.access).await;
    world.messenger.reports_all().await;
    let body = json!({"kind": scene.access.kind(), "name": "Beside", "external_id": "beside", "shadow": true, "settings": scene.settings});
    let source = world.api.post(&format!("/api/v1/tenants/{tenant}/sources"), &body).await.is(201);
    world.messenger.reports_all().await;
    (vendor, source.text_at("/id").parse().unwrap())
}

/// Managers answer every chat of the other service.
async fn managers_answer<W: Wire>(world: &Beside<Simulator<W>>, text: &str) {
    for chat in world.sandbox.chats(HOST) {
        let said = world.sandbox.manager_says(HOST, &chat.id, &format!("{text} to {}", chat.id)).await.unwrap();
        assert_eq!(said.answer.status, Some(200), "{said:?}");
    }
    world.messenger.deliver_all().await;
}

async fn nothing_is_lost<W: Shared>(world: &mut Beside<Simulator<W>>)
where
    Simulator<W>: Simulated,
{
    let scene = W::scene(&world.messenger);
    let (vendor, id) = beside(world, &scene).await;
    let kind = scene.access.kind();
    for who in scene.customers {
        world.messenger.customer(who, &scene.line).writes(&format!("Hello from {who}")).unwrap();
        world.messenger.reports_all().await;
    }
    managers_answer(world, "Good morning").await;
    world.restart().await;
    world.advance(Duration::from_secs(600));
    world.messenger.customer(scene.customers[0], &scene.line).writes("After the restart").unwrap();
    world.messenger.reports_all().await;
    // While Parom is away, the messenger keeps what it could not bring.
    world.crash();
    world.messenger.customer(scene.customers[1], &scene.line).writes("Is anybody there?").unwrap();
    world.messenger.reports_all().await;
    world.come_back().await;
    world.advance(Duration::from_secs(60));
    world.messenger.reports_all().await;
    managers_answer(world, "Good evening").await;

    assert_eq!(world.deliver_all().await, 0, "a shadow delivers nothing");
    let plain = world.api.get(&format!("/api/v1/sources/{id}/shadow")).await.is(200);
    let day = plain.text_at("/days/0/day");
    let found = world.api.get(&format!("/api/v1/sources/{id}/shadow?day={day}")).await.is(200);
    let found = &found.json["comparison"];
    let seen = if scene.sees_answers { 8 } else { 4 };
    let figures = ["seen", "on_both", "in_amocrm"].map(|figure| found[figure].as_i64().unwrap());
    assert_eq!(figures, [seen; 3], "{kind}: {found:#}");
    let lists = ["missing_here", "missing_in_amocrm", "chats"].map(|list| found[list].as_array().unwrap().len());
    assert_eq!(lists, [0, 0, 2], "{kind}: {found:#}");

    let carried = vendor.carried(kind);
    assert!(carried.iter().all(|one| one.is_done && one.came == 1), "{carried:#?}");
    let answers: Vec<_> = carried.iter().filter(|one| one.is_answer).map(|one| one.text.clone()).collect();
    assert_eq!((carried.len(), answers.len()), (8, 4), "{carried:#?}");
    let sent: Vec<_> = world.messenger.sent(&scene.sender).into_iter().map(|one| one.text).collect();
    assert_eq!(sent, answers, "each customer is answered once, by the service that has the line");
    let at_crm = world.sandbox.messages(HOST);
    let of = |direction| at_crm.iter().filter(|one| one.direction == direction).count();
    assert_eq!((of(Direction::Incoming), of(Direction::Outgoing), of(Direction::Imported)), (4, 4, 0), "{at_crm:#?}");
    assert_eq!(world.sandbox.chats(HOST).len(), 2, "both are the other service's");

    vendor.disconnects(kind).await.unwrap();
    let before = world.messenger.hooks(&scene.sender).len();
    world.messenger.customer(scene.customers[0], &scene.line).writes("Goodbye").unwrap();
    let after = world.messenger.hooks(&scene.sender).len();
    assert_eq!(after - before, 1, "Parom's address alone is left");
    vendor.stop().await;
}

/// At Kommo the texts decide, not the time alone, once the integration may read other channels' history.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kommos_add_on_shows_which_text_is_missing() {
    let setup = Setup { change: |config| config.integrations[0].platform = Platform::Kommo, ..Setup::default() };
    let world = Beside::<Vk>::start(Engine::Sqlite, setup).await.expect("SQLite is there");
    let scene = vk::Options::scene(&world.messenger);
    let (vendor, id) = beside(&world, &scene).await;
    for text in ["The other service misses this", "Both have this"] {
        if text.starts_with("The other") {
            vendor.disconnects("vk").await.unwrap();
        } else {
            vendor.connects(scene.access.clone()).await.unwrap();
            // VK asks its server for a code first.
            world.messenger.reports_all().await;
        }
        world.messenger.customer(scene.customers[0], &scene.line).writes(text).unwrap();
        world.messenger.reports_all().await;
    }
    let missing = async |world: &Beside<Vk>| {
        let plain = world.api.get(&format!("/api/v1/sources/{id}/shadow")).await.is(200);
        let day = plain.text_at("/days/0/day");
        let found = world.api.get(&format!("/api/v1/sources/{id}/shadow?day={day}")).await.is(200);
        let missing = found.json["comparison"]["missing_in_amocrm"].as_array().unwrap().clone();
        assert_eq!(missing.len(), 1, "{}", found.text);
        let id: Uuid = missing[0]["message_id"].as_str().unwrap().parse().unwrap();
        world.messages().await.into_iter().find(|one| one.id == id).expect("it is stored").body
    };
    assert!(!missing(&world).await.is_empty(), "without the add-on either may be the one");
    world.sandbox.break_it(&"external-history".parse().unwrap()).unwrap();
    world.sandbox.switch(HOST, |switches| switches.no_talks = true);
    assert!(
        !missing(&world).await.is_empty(),
        "a talk that is gone has no texts, and the day is compared without them"
    );
    world.sandbox.switch(HOST, |switches| switches.no_talks = false);
    assert!(missing(&world).await.contains("The other service misses this"));
    vendor.stop().await;
    world.close().await;
}

async fn vk_is_seen_whole(world: &mut Beside<Vk>) {
    nothing_is_lost(world).await;
}

async fn avito_is_seen_whole(world: &mut Beside<Avito>) {
    nothing_is_lost(world).await;
}

async fn whatsapp_is_seen_whole(world: &mut Beside<WhatsApp>) {
    nothing_is_lost(world).await;
}

async fn max_is_seen_whole(world: &mut Beside<Max>) {
    nothing_is_lost(world).await;
}

/// Telegram has one address for a bot, so that a shadow is not registered and sees nothing.
async fn telegram_has_one_service(world: &mut Beside<Telegram>) {
    let scene = telegram::Options::scene(&world.messenger);
    let (vendor, id) = beside(world, &scene).await;
    world.works("lines").await;
    world.messenger.customer(scene.customers[0], &scene.line).writes("Hello").unwrap();
    world.messenger.deliver_all().await;
    managers_answer(world, "Good morning").await;
    let carried: Vec<_> = vendor.carried("telegram").into_iter().map(|one| (one.is_answer, one.is_done)).collect();
    assert_eq!(carried, [(false, true), (false, true), (false, true), (true, true), (true, true)], "/start too");
    assert_eq!(world.messenger.sent(&scene.sender).len(), 2);
    let shown = world.api.get(&format!("/api/v1/sources/{id}")).await.is(200);
    assert!(shown.json["shadow_since"].is_string() && shown.json["status"] == "working", "{}", shown.text);
    assert_eq!(world.messages().await.len(), 0, "nothing came here");
    vendor.disconnects("telegram").await.unwrap();
    assert!(world.messenger.webhook(scene.line.number()).is_none());
    vendor.stop().await;
}

both!(vk_is_seen_whole);
once!(avito_is_seen_whole, whatsapp_is_seen_whole, max_is_seen_whole, telegram_has_one_service);
