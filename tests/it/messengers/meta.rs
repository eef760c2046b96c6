//! Instagram and Facebook Messenger: the window, comments, tokens that are renewed, pages below the vendor's own app.

use std::time::Duration;

use base::config::Config;
use entity::raw_hook;
use parom_tests::{Beside, Engine, Line, Place, Setup, client, once};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use simulator::crm::HookMessage;
use simulator::kit::Verb;
use simulator::meta::{AccountView, Act, AppView, Content, Fault, NewAccount, NewApp, NewPerson, Platform};

use crate::contract::{Meta, Stage, contract, signed, special};

pub type MetaWorld = Beside<simulator::meta::Meta>;

/// For a day people and programs may answer, for a week people only, and then no answer is possible.
async fn the_window_closes_after_a_week(stage: &mut Stage) {
    stage.chats().await;
    stage.world.advance(Duration::from_secs(25 * 3600));
    let sent = stage.says_one(HookMessage::text("Good morning")).await;
    assert!(sent.json.to_string().contains("HUMAN_AGENT"), "{sent:?}");
    stage.world.advance(Duration::from_secs(7 * 86_400));
    stage.fails((905, "когда клиент напишет")).await;
    stage.writes("I am back").await;
    let sent = stage.says_one(HookMessage::text("Welcome back")).await;
    assert!(sent.text == "Welcome back" && !sent.json.to_string().contains("HUMAN_AGENT"), "{sent:?}");
}

/// A comment of a person who never wrote has one private answer, and only for a week; what they write then is in the
/// same chat.
async fn a_comment_opens_a_chat(stage: &mut Stage) {
    stage.connects().await;
    stage.messenger.comments("Цена?").unwrap();
    stage.arrives().await;
    let comment = stage.last();
    let url = comment.payload["message"]["post"]["url"].as_str().unwrap_or_default();
    assert!(url.starts_with("https://www."), "{url}");
    let private =
        |text: &str| stage.world.sandbox.manager_sends(&stage.line().host, &comment.chat_id, HookMessage::text(text));
    private("Вам скидка").await.unwrap();
    stage.world.deliver_to_the_end().await;
    assert_eq!(stage.texts(), ["Вам скидка"]);
    stage.writes("Спасибо").await;
    assert_eq!((stage.at_crm().len(), stage.last().chat_id), (2, comment.chat_id));
}

/// Comments of the business itself are ignored: Meta does not say who wrote them.
async fn a_late_private_answer_is_refused_in_words(stage: &mut Stage) {
    stage.connects().await;
    let post = stage.only::<Meta>().post();
    stage.does(Act::own("staff_comment").with("post", post).text("В наличии")).await;
    assert!(stage.at_crm().is_empty());
    stage.messenger.comments("Цена?").unwrap();
    stage.arrives().await;
    stage.world.advance(Duration::from_secs(8 * 86_400));
    let said = stage.manager(HookMessage::text("Сто")).await;
    stage.world.deliver_to_the_end().await;
    let (code, words) = stage.failure(&said);
    assert!([904, 905].contains(&code) && !words.is_empty(), "{code} {words}");
    assert!(stage.texts().is_empty());
}

/// Only Facebook reports it.
async fn delivery_is_reported(stage: &mut Stage) {
    stage.chats().await;
    let said = stage.manager(HookMessage::text("Готово")).await;
    stage.world.deliver_to_the_end().await;
    assert!(stage.statuses(&said).is_empty());
    stage.world.advance(Duration::from_secs(5));
    let receives = stage.only::<Meta>().own("receive");
    stage.does(receives).await;
    assert_eq!(stage.statuses(&said), [1]);
}

/// Meta's own word decides, also if it repeats what was taken back.
async fn a_reaction_that_was_taken_back_is_removed(stage: &mut Stage) {
    stage.chats().await;
    let said = stage.manager(HookMessage::text("Готово")).await;
    stage.world.deliver_to_the_end().await;
    stage.arrives().await;
    let id = stage.messenger.sent()[0].id.clone();
    stage.does(stage.customer(Verb::React).message(id.clone()).with("emoji", "❤")).await;
    let reactions = |stage: &Stage| {
        let messages = stage.world.sandbox.messages(&stage.line().host);
        messages.into_iter().find(|one| one.id == said.message_id).unwrap().reactions.len()
    };
    assert_eq!(reactions(stage), 1);
    let meta = stage.only::<Meta>();
    let at = stage.world.clock.millis() + 5_000;
    let taken = json!({ "mid": id.as_str(), "action": "unreact", "reaction": "love", "emoji": "❤" });
    let event = json!({ "sender": { "id": stage.messenger.conversation() }, "recipient": { "id": meta.account.id },
        "timestamp": at, "reaction": taken });
    stage.comes(meta.body(&event)).await;
    stage.world.deliver_to_the_end().await;
    assert_eq!(reactions(stage), 0);
}

async fn shared_posts_arrive(stage: &mut Stage) {
    stage.chats().await;
    for form in ["ig_post", "ig_reel"] {
        let share = stage.customer(Verb::Send).content(Content::of("share").with("form", form));
        assert_eq!(stage.brought(share).await.len(), 1, "{form}");
    }
}

/// A token lives for 60 days, and is renewed before it ends.
async fn a_token_is_renewed_before_it_ends(stage: &mut Stage) {
    stage.chats().await;
    let token = async |stage: &Stage| {
        let source = stage.world.app().lookup.source(stage.line().source_id).await.unwrap().unwrap();
        let settings = parom::settings::open(stage.world.app(), &source).unwrap();
        settings.secrets["access_token"].expose_secret().to_owned()
    };
    let shown = stage.world.api.get(&stage.line().path("")).await.is(200);
    assert_eq!(shown.json["callback_url"], stage.hook_url(), "what is entered at Meta by hand can be looked up");
    assert!(!shown.text.contains("verify-me"), "except for the secret");
    let first = token(stage).await;
    for _ in 0..3 {
        stage.world.advance(Duration::from_secs(25 * 86_400));
        stage.only::<Meta>().meta.tick();
        stage.world.works("renewals").await;
    }
    assert_ne!(token(stage).await, first);
    stage.writes("Still there?").await;
    assert_eq!(stage.says_one(HookMessage::text("Of course")).await.text, "Of course");
}

contract!(@tests the_window_closes_after_a_week [facebook instagram]);
contract!(@tests a_comment_opens_a_chat [facebook instagram]);
contract!(@tests a_late_private_answer_is_refused_in_words [facebook instagram]);
special!(facebook: delivery_is_reported, a_reaction_that_was_taken_back_is_removed);
special!(instagram: shared_posts_arrive, a_token_is_renewed_before_it_ends);

/// The first app of the simulator.
const APP_ID: &str = "1517776481800001";
pub const APP_SECRET: &str = "000000000000000000000000a5ec0de1";

/// A world whose vendor has an app.
pub struct VendorsWorld {
    pub world: MetaWorld,
    pub app: AppView,
}

pub fn has_app(config: &mut Config) {
    config.facebook.app_id = Some(APP_ID.to_owned());
    config.facebook.app_secret = Some(APP_SECRET.into());
    config.facebook.verify_token = Some("chosen".into());
    config.facebook.trust_settings = false;
}

impl Place for VendorsWorld {
    async fn open(engine: Engine) -> Option<Self> {
        let world = MetaWorld::start(engine, Setup { change: has_app, ..Setup::default() }).await?;
        let app = world.messenger.add_app(NewApp::default());
        assert_eq!((app.id.as_str(), app.secret.as_str()), (APP_ID, APP_SECRET));
        let address = format!("{}/hooks/facebook", world.app().public_url());
        world.messenger.set_callback(&app, Platform::Facebook, &address, &["messages", "message_echoes"]);
        Some(Self { world, app })
    }

    async fn close(self) {
        self.world.close().await;
    }
}

impl VendorsWorld {
    async fn page(&mut self) -> (Line, AccountView) {
        let page = self.world.messenger.add_account(&self.app, NewAccount::facebook());
        let line = self.connects(&page, "fb-1").await;
        let anna = self.world.messenger.add_person(NewPerson::default());
        self.world.messenger.customer(anna, &page.id).writes("Hello").unwrap();
        self.world.messenger.deliver_all().await;
        self.world.deliver_all().await;
        (line, page)
    }

    async fn connects(&self, page: &AccountView, external_id: &str) -> Line {
        let settings = json!({ "page_id": page.id, "access_token": page.token });
        self.world.line_of("facebook", "Acme", external_id, settings).await
    }

    fn is_subscribed(&self, page: &AccountView) -> bool {
        self.world.messenger.subscribed(&page.id, &self.app.id).is_some()
    }

    /// Meta calls the app's address; the status of the answer.
    async fn calls(&self, body: String) -> u16 {
        let url = format!("{}/hooks/facebook", self.world.app().public_url());
        let request = client().post(url).header("x-hub-signature-256", signed(APP_SECRET, &body));
        request.body(body).send().await.unwrap().status().as_u16()
    }

    async fn hooks(&self) -> Vec<raw_hook::Model> {
        raw_hook::Entity::find().all(self.world.app().store.write()).await.unwrap()
    }
}

/// The body of a webhook about a text to this page.
pub fn wrote(page: &str, text: &str) -> String {
    let message = json!({ "sender": { "id": "6600000000000077" }, "recipient": { "id": page },
        "timestamp": 1_795_773_600_000_i64, "message": { "mid": "m-1", "text": text } });
    json!({ "object": "page", "entry": [{ "id": page, "time": 1, "messaging": [message] }] }).to_string()
}

async fn nothing_of_a_forgotten_account_goes_on(vendors: &mut VendorsWorld) {
    let (line, page) = vendors.page().await;
    assert!(vendors.is_subscribed(&page));
    let proof = parom::tenant::forget(&vendors.world.app().tenants, line.tenant_id, true, "test").await.unwrap();
    assert_eq!(proof.lines, []);
    assert!(!vendors.is_subscribed(&page), "Meta sends nothing more");
    let late = wrote(&page.id, "my diagnosis is secret");
    let size = late.len();
    assert_eq!(vendors.calls(late).await, 200, "one that was on its way");
    assert_eq!(vendors.world.quarantined().await, ["unknown_line"]);
    let [hook] = vendors.hooks().await.try_into().unwrap();
    assert_eq!((hook.target.as_str(), hook.body.len()), (page.id.as_str(), 0), "the line is known, the text is not");
    let headers: Value = serde_json::from_str(&hook.headers).unwrap();
    let stored = headers["content-length"].as_u64().unwrap();
    assert!(stored > 0 && stored <= u64::try_from(size).unwrap() + 16, "{stored}");
    assert_eq!(vendors.calls("my diagnosis, unreadable".to_owned()).await, 200);
    let bodies: Vec<usize> = vendors.hooks().await.iter().map(|hook| hook.body.len()).collect();
    assert_eq!(
        bodies,
        [0, "my diagnosis, unreadable".len()],
        "it may be of accounts here: it waits for a version that reads it"
    );
}

/// Of two sources one after the other, the second needs the subscription that the first had.
async fn a_page_that_is_connected_again_stays_subscribed(vendors: &mut VendorsWorld) {
    let (line, page) = vendors.page().await;
    vendors.world.messenger.faults().until_cleared("*", Fault::HtmlPage { status: 502 });
    vendors.world.api.delete(&line.path("")).await.is(204);
    let kind = entity::job::Column::Kind.eq("unregister_line");
    let jobs =
        async || entity::job::Entity::find().filter(kind.clone()).all(vendors.world.app().store.write()).await.unwrap();
    vendors.world.until("Meta was asked", async || jobs().await.iter().any(|job| job.tries == 1).then_some(())).await;
    vendors.world.messenger.faults().clear();
    vendors.connects(&page, "fb-2").await;
    vendors.world.advance(Duration::from_secs(61));
    assert_eq!(vendors.world.works("unregister_line").await, 1);
    assert_eq!(jobs().await, []);
    assert!(vendors.is_subscribed(&page));
}

once!(nothing_of_a_forgotten_account_goes_on, a_page_that_is_connected_again_stays_subscribed);
