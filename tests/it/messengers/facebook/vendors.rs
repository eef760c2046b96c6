//! Pages under the vendor's own app: one webhook address for those of all accounts.

use std::ops::{Deref, DerefMut};

use base::config::Config;
use entity::raw_hook;
use parom_tests::{Engine, Line, Place, Setup, client, once};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use simulator::meta::{AccountView, AppView, NewAccount, NewApp, NewPerson, Platform};

use super::MetaWorld;
use crate::messengers::meta::signed;

/// The first app of the double.
const APP_ID: &str = "1517776481800001";
const APP_SECRET: &str = "000000000000000000000000a5ec0de1";

/// A world whose vendor has an app.
struct VendorsWorld {
    world: MetaWorld,
    app: AppView,
}

impl Place for VendorsWorld {
    async fn open(engine: Engine) -> Option<Self> {
        let change: fn(&mut Config) = |config| {
            config.facebook.app_id = Some(APP_ID.to_owned());
            config.facebook.app_secret = Some(APP_SECRET.into());
            config.facebook.verify_token = Some("chosen".into());
        };
        let world = MetaWorld::start(engine, Setup { change, ..Setup::default() }).await?;
        let app = world.messenger.add_app(NewApp::default());
        assert_eq!((app.id.as_str(), app.secret.as_str()), (APP_ID, APP_SECRET));
        let address = format!("{}/hooks/facebook", world.app().public_url());
        world.messenger.set_callback(&app, Platform::Facebook, &address, &["messages"]);
        Some(Self { world, app })
    }

    async fn close(self) {
        self.world.close().await;
    }
}

impl Deref for VendorsWorld {
    type Target = MetaWorld;

    fn deref(&self) -> &MetaWorld {
        &self.world
    }
}

impl DerefMut for VendorsWorld {
    fn deref_mut(&mut self) -> &mut MetaWorld {
        &mut self.world
    }
}

impl VendorsWorld {
    async fn page(&mut self) -> (Line, AccountView) {
        let page = self.messenger.add_account(&self.app, NewAccount::facebook());
        let line = self.connects(&page, "fb-1").await;
        let anna = self.messenger.add_person(NewPerson::default());
        self.messenger.customer(anna, &page.id).writes("Hello").unwrap();
        self.messenger.deliver_all().await;
        self.deliver_all().await;
        (line, page)
    }

    async fn connects(&self, page: &AccountView, external_id: &str) -> Line {
        let settings = json!({ "page_id": page.id, "access_token": page.token });
        self.line_of("facebook", "Acme", external_id, settings).await
    }

    fn is_subscribed(&self, page: &AccountView) -> bool {
        self.messenger.subscribed(&page.id, &self.app.id).is_some()
    }

    /// Meta calls the app's address; the status of the answer.
    async fn calls(&self, body: String) -> u16 {
        let url = format!("{}/hooks/facebook", self.app().public_url());
        let request = client().post(url).header("x-hub-signature-256", signed(APP_SECRET, &body));
        request.body(body).send().await.unwrap().status().as_u16()
    }

    async fn hooks(&self) -> Vec<raw_hook::Model> {
        raw_hook::Entity::find().all(self.app().store.write()).await.unwrap()
    }
}

fn wrote(page: &str, text: &str) -> String {
    let message = json!({ "sender": { "id": "6600000000000077" }, "recipient": { "id": page },
        "timestamp": 1_795_773_600_000_i64, "message": { "mid": "m-1", "text": text } });
    json!({ "object": "page", "entry": [{ "id": page, "time": 1, "messaging": [message] }] }).to_string()
}

async fn nothing_of_a_forgotten_account_goes_on(world: &mut VendorsWorld) {
    let (line, page) = world.page().await;
    assert!(world.is_subscribed(&page));
    let proof = parom::tenant::forget(&world.app().tenants, line.tenant_id, true, "test").await.unwrap();
    assert_eq!(proof.lines, []);
    assert!(!world.is_subscribed(&page), "Meta sends nothing more");
    let late = wrote(&page.id, "my diagnosis is secret");
    let size = late.len();
    assert_eq!(world.calls(late).await, 200, "one that was on its way");
    assert_eq!(world.quarantined().await, ["unknown_line"]);
    let [hook] = world.hooks().await.try_into().unwrap();
    assert_eq!((hook.target.as_str(), hook.body.len()), (page.id.as_str(), 0), "the line is known, the text is not");
    let headers: Value = serde_json::from_str(&hook.headers).unwrap();
    let stored = headers["content-length"].as_u64().unwrap();
    assert!(stored > 0 && stored <= u64::try_from(size).unwrap() + 16, "{stored}");
    assert_eq!(world.calls("my diagnosis, unreadable".to_owned()).await, 200);
    let bodies: Vec<usize> = world.hooks().await.iter().map(|hook| hook.body.len()).collect();
    assert_eq!(
        bodies,
        [0, "my diagnosis, unreadable".len()],
        "it may be of accounts here: it waits for a version that reads it"
    );
}

/// Of two sources one after the other, the second needs the subscription that the first had.
async fn a_page_that_is_connected_again_stays_subscribed(world: &mut VendorsWorld) {
    let (line, page) = world.page().await;
    world.messenger.faults().until_cleared("*", simulator::meta::Fault::HtmlPage { status: 502 });
    world.api.delete(&line.path("")).await.is(204);
    let kind = entity::job::Column::Kind.eq("unregister_line");
    let jobs = async || entity::job::Entity::find().filter(kind.clone()).all(world.app().store.write()).await.unwrap();
    world.until("Meta was asked", async || jobs().await.iter().any(|job| job.tries == 1).then_some(())).await;
    world.messenger.faults().clear();
    world.connects(&page, "fb-2").await;
    world.advance(std::time::Duration::from_secs(61));
    assert_eq!(world.works("unregister_line").await, 1);
    assert_eq!(jobs().await, []);
    assert!(world.is_subscribed(&page));
}

once!(nothing_of_a_forgotten_account_goes_on, a_page_that_is_connected_again_stays_subscribed);
