//! Several lines of one consent become several sources; and what each messenger's page may refuse.

use base::config::Config;
use entity::source;
use parom_tests::settings::HOST;
use parom_tests::{Beside, Engine, Place, Reply, Setup, Simulated, Visitor};
use sea_orm::{ColumnTrait, QueryFilter};
use serde_json::Value;
use simulator::meta::{AccountView, Fault, Meta, NewAccount, NewApp, Platform};
use simulator::vk::{NewApp as VkApp, NewCommunity, Vk};
use uuid::Uuid;

use super::olga;

const PAGES: &str = "/panel/sources/new/facebook";
const ACCOUNTS: &str = "/panel/sources/new/instagram";
const COMMUNITIES: &str = "/panel/sources/new/vk";
const OTHER_HOST: &str = "other.amocrm.ru";
/// The first app of the simulated Meta.
const APP: &str = "1517776481800001";
const SECRET: &str = "vendor-secret";

fn with_apps(config: &mut Config) {
    for meta in [&mut config.facebook, &mut config.instagram] {
        (meta.app_id, meta.app_secret) = (Some(APP.into()), Some(SECRET.into()));
    }
    (config.vk.app_id, config.vk.app_secret) = (Some("51".into()), Some(SECRET.into()));
}

async fn world<M: Simulated>() -> (Beside<M>, Uuid, Visitor) {
    let setup = Setup { change: with_apps, ..Setup::default() };
    let world = Beside::<M>::start(Engine::Sqlite, setup).await.expect("SQLite is there");
    world.owner(HOST).installs_in_a_browser().await.is(200);
    let tenant_id = world.active(HOST).await;
    let visitor = olga(&world, tenant_id).await;
    (world, tenant_id, visitor)
}

/// Pages of the vendor's app, called `one`, `two` and `three`.
async fn with_pages() -> (Beside<Meta>, Uuid, Visitor, [AccountView; 3]) {
    let (world, tenant_id, visitor) = world::<Meta>().await;
    let app = world.messenger.add_app(NewApp { secret: Some(SECRET.into()), ..NewApp::default() });
    assert_eq!(app.id, APP);
    let page = |name: &str| {
        let new = NewAccount { name: format!("Shop {name}"), username: name.to_owned(), ..NewAccount::facebook() };
        world.messenger.add_account(&app, new)
    };
    let pages = ["one", "two", "three"].map(page);
    (world, tenant_id, visitor, pages)
}

fn path(address: &str) -> String {
    let url = url::Url::parse(address).unwrap();
    format!("{}?{}", url.path(), url.query().unwrap_or_default())
}

/// The messenger's page that a step leads to.
async fn leaves(visitor: &Visitor, step: &str) -> String {
    visitor.opens(step).await.is(303).header("location").to_owned()
}

/// Answers the dialog of Facebook or Instagram; returns our address.
async fn answers(
    world: &Beside<Meta>,
    visitor: &Visitor,
    step: &str,
    lines: Option<&[&str]>,
    without: &[&str],
) -> String {
    let dialog = leaves(visitor, &format!("{step}/consent")).await;
    path(&world.messenger.answers_dialog(&dialog, lines, without).unwrap())
}

/// The first step with the reason.
async fn refused(visitor: &Visitor, back: &str, said: &[&str]) -> Reply {
    let reply = visitor.opens(back).await.is(303);
    assert!(reply.header("location").ends_with("/access"), "{}", reply.header("location"));
    let page = visitor.opens(reply.header("location")).await.is(200);
    page.says(said);
    page
}

async fn sources(world: &Beside<impl Simulated>, tenant_id: Uuid) -> Vec<source::Model> {
    let rows = source::Entity::of_tenant(tenant_id).filter(source::Column::DeletedAt.is_null());
    rows.all(world.app().store.read()).await.unwrap()
}

#[tokio::test]
async fn ticked_pages_become_sources_with_one_default() {
    let (world, tenant_id, visitor, [one, two, three]) = with_pages().await;
    let access = visitor.does("/panel/sources/new", &[("kind", "facebook")]).await;
    access.says(&["Log in with Facebook", "Enter access details manually", "nothing to copy"]);
    let back = answers(&world, &visitor, PAGES, Some(&[&one.id, &two.id, &three.id]), &[]).await;
    let line = visitor.goes(&back).await.is(200);
    line.says(&["@one", "Shop one", "@two", "@three", "type=\"checkbox\""]);
    line.never_says(&["EAA0000", "EAAP0000", "Connected already"]);
    let step = format!("{PAGES}/line");
    visitor.sends(&step, &[]).await.is(422).says(&["Tick at least one."]);
    let routing = visitor.does(&step, &[("line", &one.id), ("line", &two.id)]).await;
    routing.says(&["Step 3 of 4", "@one", "value=\"Shop one\"", "@two", "None of these"]);
    routing.never_says(&["@three"]);
    let names = [("name.0", "First"), ("name.1", ""), ("pipeline", ""), ("contact_rule", "link"), ("default", "0")];
    let step = format!("{PAGES}/routing");
    let wrong = visitor.sends(&step, &names).await.is(422);
    wrong.says(&["Source “First” is created.", "Continue without the others", "name.1"]);
    // Sent again: the first is there once.
    let names = [("name.1", "Second"), ("pipeline", ""), ("contact_rule", "link"), ("default", "0")];
    let made = visitor.does(&step, &names).await;
    made.says(&[
        "Created in amoCRM: First, Second.",
        "Step 4 of 4",
        "https://m.me/one",
        "waiting for the first message",
    ]);
    visitor.opens(&step).await.is(303);
    let all = sources(&world, tenant_id).await;
    let mut found: Vec<_> =
        all.iter().map(|one| (one.name.as_str(), one.is_default, one.contact_rule.as_str())).collect();
    found.sort_unstable();
    assert_eq!(found, [("First", true, "link"), ("Second", false, "link")]);
    assert_eq!(world.sandbox.sources(HOST).len(), 2);
    for page in [&one, &two] {
        assert!(world.messenger.subscribed(&page.id, APP).is_some());
    }
    assert!(world.messenger.subscribed(&three.id, APP).is_none(), "it was not ticked");
    // Again: what is connected is not offered twice.
    let back = answers(&world, &visitor, PAGES, Some(&[&one.id, &two.id, &three.id]), &[]).await;
    let line = visitor.goes(&back).await.is(200);
    line.says(&["@three", "Connected already", "source “First”", "source “Second”"]);
    let renewed = visitor.does(&format!("{PAGES}/line"), &[("line", &one.id)]).await;
    renewed.says(&["“First” has access again."]);
    // From a source's own page it alone gets new access, whatever else is allowed with it.
    let first = all.iter().find(|one| one.name == "First").map(|one| format!("/panel/sources/{}", one.id)).unwrap();
    let back = answers(&world, &visitor, &first, Some(&[&one.id, &three.id]), &[]).await;
    visitor.goes(&back).await.is(200).says(&["“First” has access again."]);
    let back = answers(&world, &visitor, &first, Some(&[&two.id, &three.id]), &[]).await;
    visitor.goes(&back).await.is(200).says(&["access was not granted to this one"]);
    assert_eq!(world.sandbox.sources(HOST).len(), 2);
    world.close().await;
}

#[tokio::test]
async fn a_page_of_another_account_is_named_and_the_others_go_on() {
    let (world, _, visitor, [one, two, three]) = with_pages().await;
    let all = [one.id.as_str(), &two.id, &three.id];
    let connects = async |visitor: &Visitor, ticked: &[&str]| {
        let back = answers(&world, visitor, PAGES, Some(&all), &[]).await;
        visitor.goes(&back).await.is(200);
        let ticked: Vec<_> = ticked.iter().map(|id| ("line", *id)).collect();
        visitor.sends(&format!("{PAGES}/line"), &ticked).await
    };
    world.owner(OTHER_HOST).installs_in_a_browser().await.is(200);
    let other = olga(&world, world.active(OTHER_HOST).await).await;
    connects(&other, &[&one.id]).await.is(303);
    other.does(&format!("{PAGES}/routing"), &[("name", "Theirs"), ("pipeline", "")]).await.says(&["Step 4 of 4"]);
    let alone = connects(&visitor, &[&one.id]).await.is(422);
    alone.says(&["Nothing is connected yet.", "@one"]);
    alone.never_says(&["Theirs"]);
    let both = connects(&visitor, &[&one.id, &two.id]).await.is(303);
    let routing = visitor.opens(both.header("location")).await.is(200);
    routing.says(&["These are not connected.", "@one", "name=\"name\""]);
    let made = visitor.does(&format!("{PAGES}/routing"), &[("name", "Ours"), ("pipeline", "")]).await;
    made.says(&["Step 4 of 4"]);
    assert_eq!(world.sandbox.sources(HOST).len(), 1);
    world.close().await;
}

#[tokio::test]
async fn pages_that_refuse_the_app_say_why_and_can_be_repeated() {
    let (world, _, visitor, [one, ..]) = with_pages().await;
    let back = answers(&world, &visitor, PAGES, Some(&[&one.id]), &[]).await;
    world.messenger.faults().next("subscribed_apps", 1, Fault::refuse(400, 200, "(#200) Permissions error"));
    let page = visitor.goes(&back).await.is(200);
    page.says(&["Nothing is connected yet.", "@one"]);
    page.never_says(&["EAA0000", "EAAP0000"]);
    visitor.does(&format!("{PAGES}/line"), &[]).await.says(&["Step 3 of 4"]);
    world.close().await;
}

#[tokio::test]
async fn facebooks_refusals_say_what_to_do() {
    let (world, _, visitor, [one, ..]) = with_pages().await;
    let all: &[&str] = &[&one.id];
    let declined = answers(&world, &visitor, PAGES, None, &[]).await;
    refused(&visitor, &declined, &["Facebook Messenger: access was not granted."]).await;
    let few = answers(&world, &visitor, PAGES, Some(all), &["pages_messaging"]).await;
    refused(&visitor, &few, &["not everything that is needed was allowed: pages_messaging"]).await;
    let none = answers(&world, &visitor, PAGES, Some(&[]), &[]).await;
    refused(&visitor, &none, &["no page was chosen that you manage"]).await;
    let late = answers(&world, &visitor, PAGES, Some(all), &[]).await;
    world.advance(std::time::Duration::from_secs(11 * 60));
    refused(&visitor, &late, &["works once, and only for a short time", "Press the button again."]).await;
    let first = answers(&world, &visitor, PAGES, Some(all), &[]).await;
    visitor.goes(&first).await.is(200).says(&["Step 3 of 4"]);
    let code = |back: &str| back.split("code=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let second = answers(&world, &visitor, PAGES, Some(all), &[]).await;
    refused(&visitor, &second.replace(&code(&second), &code(&first)), &["works once"]).await;
    let failed = answers(&world, &visitor, PAGES, None, &[]).await.replace("access_denied", "server_error");
    refused(&visitor, &failed, &["did not accept this server."]).await;
    assert!(world.sandbox.sources(HOST).is_empty());
    world.close().await;
}

#[tokio::test]
async fn an_instagram_account_is_connected() {
    let (world, tenant_id, visitor) = world::<Meta>().await;
    let app = world.messenger.add_app(NewApp { secret: Some(SECRET.into()), ..NewApp::default() });
    let account = world.messenger.add_account(&app, NewAccount::instagram());
    world.messenger.set_callback(&app, Platform::Instagram, &format!("{}/hooks/instagram", world.api.base()), &[]);
    visitor.does("/panel/sources/new", &[("kind", "instagram")]).await.says(&["Log in with Instagram"]);
    let ids: &[&str] = &[&account.id];
    let few = answers(&world, &visitor, ACCOUNTS, Some(ids), &["instagram_business_manage_messages"]).await;
    refused(&visitor, &few, &["not everything that is needed was allowed: instagram_business_manage_messages"]).await;
    let declined = answers(&world, &visitor, ACCOUNTS, None, &[]).await;
    refused(&visitor, &declined, &["access was not granted"]).await;
    let back = answers(&world, &visitor, ACCOUNTS, Some(ids), &[]).await;
    visitor.goes(&back).await.is(200).says(&["Step 3 of 4", "value=\"Acme Flowers\""]);
    visitor
        .does(&format!("{ACCOUNTS}/routing"), &[("name", "Instagram"), ("pipeline", "")])
        .await
        .says(&["Step 4 of 4"]);
    let made = &sources(&world, tenant_id).await[0];
    let settings: Value = serde_json::from_str(&made.settings).unwrap();
    assert_eq!(settings["account_id"], account.id.as_str());
    assert_eq!(made.status, "working");
    world.close().await;
}

/// With two communities, `acme` and `second`.
async fn with_communities() -> (Beside<Vk>, Uuid, Visitor, [String; 2]) {
    let (world, tenant_id, visitor) = world::<Vk>().await;
    let redirect_uris = vec![format!("{}{COMMUNITIES}/consented", world.api.base())];
    world.messenger.add_app(VkApp { id: "51".into(), secret: SECRET.into(), name: "Parom".into(), redirect_uris });
    let community = |screen_name: &str| {
        let new = NewCommunity { screen_name: screen_name.to_owned(), ..NewCommunity::default() };
        world.messenger.add_community(new).id.to_string()
    };
    let ids = ["acme", "second"].map(community);
    (world, tenant_id, visitor, ids)
}

async fn named(world: &Beside<Vk>, visitor: &Visitor) -> Reply {
    let page = leaves(visitor, &format!("{COMMUNITIES}/consent")).await;
    let back = path(&world.messenger.answers_page(&page, true, &[]).unwrap());
    visitor.goes(&back).await.is(200)
}

/// Ticks these communities and opens VK's second page.
async fn ticks(visitor: &Visitor, ids: &[&str]) -> String {
    let ticked: Vec<_> = ids.iter().map(|id| ("line", *id)).collect();
    let between = visitor.does(&format!("{COMMUNITIES}/line"), &ticked).await;
    between.says(&["On the next page, confirm the chosen ones.", "http-equiv=\"refresh\""]);
    leaves(visitor, &format!("{COMMUNITIES}/consent?chosen=1")).await
}

#[tokio::test]
async fn communities_are_named_ticked_and_confirmed() {
    let (world, tenant_id, visitor, [acme, second]) = with_communities().await;
    visitor.does("/panel/sources/new", &[("kind", "vk")]).await.says(&["Log in with VK"]);
    let line = named(&world, &visitor).await;
    line.says(&["@acme", "@second"]);
    line.never_says(&["vk1.a", "vk2.a"]);
    // The second page is declined: the choice stays.
    let page = ticks(&visitor, &[&acme, &second]).await;
    let declined = path(&world.messenger.answers_page(&page, false, &[]).unwrap());
    visitor.goes(&declined).await.is(200).says(&["access was not granted", "@acme", "@second"]);
    // Without a right nothing is connected.
    let page = ticks(&visitor, &[&acme, &second]).await;
    let few = path(&world.messenger.answers_page(&page, true, &["photos"]).unwrap());
    visitor.goes(&few).await.is(200).says(&["Nothing is connected yet.", "photos"]);
    let page = ticks(&visitor, &[&acme, &second]).await;
    let back = path(&world.messenger.answers_page(&page, true, &[]).unwrap());
    visitor.goes(&back).await.is(200).says(&["Step 3 of 4", "@acme", "@second"]);
    let names = [("name.0", "Acme"), ("name.1", "Second"), ("pipeline", ""), ("default", "1")];
    visitor.does(&format!("{COMMUNITIES}/routing"), &names).await.says(&["Acme, Second", "https://vk.me/second"]);
    let mut found: Vec<_> =
        sources(&world, tenant_id).await.into_iter().map(|one| (one.name, one.is_default)).collect();
    found.sort_unstable();
    assert_eq!(found, [("Acme".to_owned(), false), ("Second".to_owned(), true)]);
    assert!(world.messenger.servers(acme.parse().unwrap()).len() == 1, "its callback server is there");
    world.close().await;
}

#[tokio::test]
async fn vks_refusals_say_what_to_do() {
    let (world, _, visitor, [acme, _]) = with_communities().await;
    let page = leaves(&visitor, &format!("{COMMUNITIES}/consent")).await;
    let declined = path(&world.messenger.answers_page(&page, false, &[]).unwrap());
    refused(&visitor, &declined, &["VK community: access was not granted"]).await;
    let page = leaves(&visitor, &format!("{COMMUNITIES}/consent")).await;
    let few = path(&world.messenger.answers_page(&page, true, &["groups"]).unwrap());
    refused(&visitor, &few, &["not everything that is needed was allowed: groups"]).await;
    named(&world, &visitor).await;
    let page = ticks(&visitor, &[&acme]).await;
    let late = path(&world.messenger.answers_page(&page, true, &[]).unwrap());
    world.advance(std::time::Duration::from_secs(11 * 60));
    visitor.goes(&late).await.is(200).says(&["works once, and only for a short time", "@acme"]);
    world.close().await;
}
