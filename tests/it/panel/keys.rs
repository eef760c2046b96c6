//! Keys of the API and tickets from amoCRM: how far each reaches and when it ends.

use std::time::Duration;

use entity::api_key;
use parom::identity::MemberRole;
use parom::identity::ticket::{self, TicketTarget, TicketUser};
use parom_tests::settings::HOST;
use parom_tests::{Api, Line, Reply, Visitor, World, both, once};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{add_member, sign_in};

const HOUR: Duration = Duration::from_secs(3600);

/// Makes a key by the form and copies it from its page.
async fn makes(world: &World, visitor: &Visitor, name: &str, scope: &str) -> Api {
    visitor.opens("/panel/keys/new").await.is(200);
    let page = visitor.does("/panel/keys", &[("name", name), ("scope", scope), ("days", "30")]).await;
    world.api.with_key(page.between("<code class=\"mono all\">", "<").expect("a key"))
}

async fn me(api: &Api) -> Value {
    api.get("/api/v1/me").await.is(200).json.clone()
}

/// Export and erasure of a customer, which only owners may.
async fn of_customers(line: &Line, api: &Api) -> [u16; 2] {
    let path = |act: &str| format!("/api/v1/tenants/{}/customers/{act}", line.tenant_id);
    let nobody = json!({"phone": "+7 915 999-99-99"});
    [api.post(&path("export"), &nobody).await.status, api.post(&path("erase"), &nobody).await.status]
}

async fn key_named(world: &World, tenant_id: Uuid, name: &str) -> Uuid {
    let found = api_key::Entity::of_tenant(tenant_id).filter(api_key::Column::Name.eq(name));
    found.one(world.app().store.read()).await.unwrap().expect("a key").id
}

async fn n5_a_key_carries_no_right_that_its_maker_lacks(world: &mut World) {
    let line = world.line("support").await;
    let other = world.line_at("other.amocrm.ru", "support").await;
    add_member(world, line.tenant_id, "anna@example.com", MemberRole::Administrator).await;
    let anna = sign_in(world, "anna@example.com").await;
    anna.opens("/panel/data").await.is(403);
    anna.opens("/panel/keys/new").await.is(200).never_says(&["value=\"admin\""]);
    anna.sends("/panel/keys", &[("name", "All"), ("scope", "admin"), ("days", "30")]).await.is(403);
    let own = makes(world, &anna, "Anna's", "write").await;
    assert_eq!(of_customers(&line, &own).await, [403, 403]);
    let reads = makes(world, &anna, "Reads", "read").await;
    assert_eq!(of_customers(&line, &reads).await, [403, 403]);

    let owner = world.panel(line.tenant_id).await;
    owner.opens("/panel/keys/new").await.is(200).says(&["value=\"admin\""]);
    let all = makes(world, &owner, "All", "admin").await;
    assert_eq!(of_customers(&line, &all).await, [404, 404], "there is no such customer");
    owner.opens("/panel/keys").await.is(200).says(&["Created by", "anna@example.com", "Anna Ivanova"]);

    // Every key says what it is, and a tenant's key lists its own account.
    let shown = me(&own).await;
    let key = &shown["key"];
    assert_eq!(
        [&key["name"], &key["scope"], &key["created_by"], &key["tenant_id"]],
        [&json!("Anna's"), &json!("write"), &json!("anna@example.com"), &json!(line.tenant_id)]
    );
    assert!(key["id"].is_string() && key["expires_at"].is_string(), "{shown}");
    assert_eq!([&shown["tenant"]["host"], &shown["limits"]["sources"]], [&json!(HOST), &json!(50)]);
    assert!(shown["limits"].get("requests_per_second").is_some(), "{shown}");
    assert_eq!(me(&all).await["key"]["created_by"], "Anna Ivanova");
    let vendors = me(&world.api).await;
    let of_vendor = [&vendors["tenant"], &vendors["key"]["tenant_id"], &vendors["limits"]["sources"]];
    assert_eq!(of_vendor, [&Value::Null; 3]);
    assert_eq!(vendors["key"]["created_by"], "parom key create");
    let ids = async |api: &Api| {
        let items = api.get("/api/v1/tenants").await.is(200).json["items"].clone();
        items.as_array().unwrap().iter().map(|one| one["id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&own).await, [json!(line.tenant_id)]);
    assert_eq!(ids(&world.api).await, [json!(other.tenant_id), json!(line.tenant_id)]);
}

/// The first command of the guide, as a developer pastes it with the key that the panel shows.
async fn the_guides_first_command_works_with_a_key_of_the_panel(world: &mut World) {
    let line = world.line("support").await;
    let owner = world.panel(line.tenant_id).await;
    let own = makes(world, &owner, "Messenger", "write").await;
    let guide = include_str!("../../../docs/custom-messenger.md");
    let command = guide.lines().find(|line| line.contains("$PAROM_URL")).expect("a command");
    let (start, rest) = command.split_once("$PAROM_URL").unwrap();
    let path = rest.split(' ').next().unwrap();
    assert_eq!((start, path), ("curl -s ", "/api/v1/me"));
    assert!(rest.contains("\"Authorization: Bearer $PAROM_KEY\""), "{command}");
    assert_eq!(own.get(path).await.is(200).text_at("/tenant/id"), line.tenant_id.to_string());
    // Its scope has one name in the panel, the API, errors and the guide.
    owner.opens("/panel/keys").await.is(200).says(&["<code>write</code>"]);
    assert_eq!(me(&own).await["key"]["scope"], "write");
    let account = format!("/api/v1/tenants/{}", line.tenant_id);
    let refused = own.post(&format!("{account}/customers/export"), &json!({"phone": "+79151112233"})).await.is(403);
    assert_eq!(refused.json["detail"], "this needs a key with scope admin; this key has write");
    assert!(guide.contains("with the scope `write`"));
}

/// Each key is used only after the change, because a used one is cached for a moment.
async fn n5_a_key_loses_what_its_maker_loses(world: &mut World) {
    let line = world.line("support").await;
    let owner = world.panel(line.tenant_id).await;
    let boris = add_member(world, line.tenant_id, "boris@example.com", MemberRole::Owner).await;
    let maker = sign_in(world, "boris@example.com").await;
    let mut keys = Vec::new();
    for name in ["One", "Two", "Three", "Four"] {
        keys.push(makes(world, &maker, name, "admin").await);
    }
    let lower = async |role: &str| {
        owner.opens("/panel/team").await.is(200);
        owner.does(&format!("/panel/team/{boris}/role"), &[("role", role)]).await;
    };
    let body = world.customer(&line, "anna").body("one", "Hello");
    lower("administrator").await;
    assert_eq!(of_customers(&line, &keys[0]).await, [403, 403]);
    keys[0].post(&line.path("/messages"), &body).await.is(202);
    lower("viewer").await;
    assert_eq!(me(&keys[1]).await["key"]["scope"], "read");
    keys[1].post(&line.path("/messages"), &body).await.is(403);
    owner.opens("/panel/keys").await.is(200).says(&["Now only: read", "Take over"]);
    // An administrator cannot take over what only owners may have.
    add_member(world, line.tenant_id, "anna@example.com", MemberRole::Administrator).await;
    let anna = sign_in(world, "anna@example.com").await;
    anna.opens("/panel/keys").await.is(200).never_says(&["Take over"]);
    let take = format!("/panel/keys/{}/take", key_named(world, line.tenant_id, "Three").await);
    anna.sends(&take, &[]).await.is(403);
    owner.does(&take, &[]).await.says(&["Key “Three” is yours now"]);

    let remove = format!("/panel/team/{boris}/remove");
    let asked = owner.opens(&remove).await.is(200);
    asked.says(&["API keys of this person", "One", "Two", "Four", "Revoke them"]);
    asked.never_says(&["Three"]);
    owner.does(&remove, &[("keys", "end")]).await.says(&["no longer has access"]);
    keys[3].get("/api/v1/me").await.is(401);
    let taken = me(&keys[2]).await["key"].clone();
    assert_eq!([&taken["scope"], &taken["created_by"]], [&json!("admin"), &json!("Anna Ivanova")]);

    // Keys are handed over with their maker as well.
    let carl = add_member(world, line.tenant_id, "carl@example.com", MemberRole::Administrator).await;
    let key = makes(world, &sign_in(world, "carl@example.com").await, "Billing", "write").await;
    let remove = format!("/panel/team/{carl}/remove");
    owner.opens(&remove).await.is(200);
    owner.does(&remove, &[("keys", "take")]).await;
    assert_eq!(me(&key).await["key"]["created_by"], "Anna Ivanova");
    owner.opens("/panel/audit").await.is(200).says(&["Key taken over"]);
    world.deliver_all().await;
}

async fn n5_a_maker_who_left_amocrm_takes_their_keys_along(world: &mut World) {
    let line = world.line("support").await;
    let id = world.sandbox.add_account(HOST).users[1].id;
    world.sandbox.set_administrator(HOST, id, true);
    let maria = world.panel_as(line.tenant_id, id, "Maria", true).await;
    let key = makes(world, &maria, "Maria's", "admin").await;
    world.sandbox.remove_user(HOST, id);
    world.advance(HOUR);
    // The request itself does not wait for amoCRM's answer.
    key.get("/api/v1/me").await.is(200);
    world.until("the key ends", async || (key.get("/api/v1/me").await.status == 401).then_some(())).await;
    let owner = world.panel(line.tenant_id).await;
    owner.opens("/panel/keys").await.is(200).says(&["its creator has no access", "Take over"]);
}

/// Keys from before makers were stored may do what an administrator may.
async fn n5_a_key_without_a_known_maker_does_not_erase(world: &mut World) {
    let line = world.line("support").await;
    for key in ["prm_older-one", "prm_older-two"] {
        world.add_key(line.tenant_id, key, "admin").await;
    }
    let unknown = api_key::Entity::update_many().col_expr(api_key::Column::MadeBy, Expr::value(Option::<String>::None));
    unknown.filter(api_key::Column::TenantId.eq(line.tenant_id)).exec(world.app().store.write()).await.unwrap();
    let older = world.api.with_key("prm_older-one");
    assert_eq!(of_customers(&line, &older).await, [403, 403]);
    older.post(&line.path("/messages"), &world.customer(&line, "anna").body("one", "Hello")).await.is(202);
    let key = me(&older).await["key"].clone();
    assert_eq!([&key["scope"], &key["created_by"]], [&json!("write"), &Value::Null]);
    let owner = world.panel(line.tenant_id).await;
    owner.opens("/panel/keys").await.is(200).says(&["Now only: write", "Take over"]);
    let rows = api_key::Entity::of_tenant(line.tenant_id).all(world.app().store.read()).await.unwrap();
    for row in rows {
        owner.does(&format!("/panel/keys/{}/take", row.id), &[]).await;
    }
    let taken = world.api.with_key("prm_older-two");
    assert_eq!(of_customers(&line, &taken).await, [404, 404]);
    world.deliver_all().await;
}

// Who comes from amoCRM: tickets, frames, and what a manager may see.

const OTHER: &str = "other.amocrm.ru";

async fn issue(world: &World, tenant_id: Uuid, is_admin: bool, leads: TicketTarget) -> String {
    let user = TicketUser { id: 77, name: "Boris".into(), is_admin };
    let url = ticket::url(&world.app().identity, tenant_id, &user, &leads).await.unwrap();
    url.strip_prefix(&world.api.base()).expect("an address of this server").to_owned()
}

async fn a_ticket_opens_once(world: &mut World) {
    let line = world.line("support").await;
    let entry = issue(world, line.tenant_id, true, TicketTarget::Overview).await;
    let boris = world.visitor();
    assert_eq!(boris.opens(&entry).await.is_redirect(), "/panel");
    boris.opens("/panel/team").await.is(200).says(&["Boris", HOST]);
    world.visitor().opens(&entry).await.is(410).says(&["already been used", "from the widget"]);
    world.visitor().opens("/panel/enter?ticket=made-up").await.is(410);
    world.visitor().opens("/panel/enter").await.is(410);
    let late = issue(world, line.tenant_id, true, TicketTarget::Overview).await;
    world.advance(Duration::from_secs(60));
    world.visitor().opens(&late).await.is(410);
    // Twenty at once: one gets in.
    let entry = issue(world, line.tenant_id, true, TicketTarget::Overview).await;
    let visitors: Vec<Visitor> = (0..20).map(|_| world.visitor()).collect();
    let opened = visitors.iter().map(|visitor| async { visitor.opens(&entry).await.status });
    let opened = futures_util::future::join_all(opened).await;
    assert_eq!(opened.iter().filter(|status| **status == 303).count(), 1, "{opened:?}");
}

async fn access_that_was_taken_away_stays_away(world: &mut World) {
    let line = world.line("support").await;
    let owner = world.panel_as(line.tenant_id, 1, "Anna", true).await;
    let other = world.panel_as(line.tenant_id, 2, "Mark", true).await;
    let page = owner.opens("/panel/team").await.is(200);
    let marks = page.text.split_once("Mark").unwrap().1;
    let remove =
        format!("/panel/team/{}", marks.split_once("href=\"/panel/team/").unwrap().1.split('"').next().unwrap());
    owner.opens(&remove).await.is(200).says(&["Remove Mark?"]);
    owner.does(&remove, &[]).await;
    assert!(other.opens("/panel").await.is_redirect().starts_with("/panel/sign-in"), "sessions ended with it");
    let ticket = ticket::issue(&world.app().identity, line.tenant_id, 2, "Mark", true).await.unwrap();
    world.visitor().opens(&format!("/panel/enter?ticket={ticket}")).await.is(403);
}

async fn in_a_frame_without_cookies_the_panel_goes_on_in_a_tab(world: &mut World) {
    let line = world.line("support").await;
    let entry = issue(world, line.tenant_id, true, TicketTarget::Sources).await;
    let framed = world.visitor().in_a_frame();
    let place = framed.opens(&entry).await.is_redirect();
    assert!(place.starts_with("/panel/entered?to=%2Fpanel%2Fsources&again="), "{place}");
    let kept = framed.opens(&place).await;
    assert_eq!(kept.is_redirect(), "/panel/sources", "the cookie came back");
    let page = framed.opens("/panel").await.is(200);
    assert_eq!(page.header("x-frame-options"), "");
    assert!(page.text.contains("data-theme=\"light\"") && !page.text.contains("/panel/sign-out"), "{}", page.text);

    // A browser that keeps none.
    let entry = issue(world, line.tenant_id, true, TicketTarget::Sources).await;
    let place = world.visitor().in_a_frame().opens(&entry).await.is_redirect();
    let page = world.visitor().in_a_frame().opens(&place).await.is(200);
    assert!(page.header("content-security-policy").contains("https://*.amocrm.ru"));
    let link = page.text.split_once("href=\"/panel/enter?ticket=").expect("a link with a fresh ticket").1;
    let link = format!("/panel/enter?ticket={}", link.split('"').next().unwrap());
    assert_eq!(world.visitor().opens(&link).await.is_redirect(), "/panel/sources");
    // And a panel that was entered by a password cannot be framed.
    let outside = world.visitor().opens("/panel/sign-in").await.is(200);
    assert!(outside.header("content-security-policy").contains("frame-ancestors 'none'"));
}

/// Who may frame a page: the sources of its policy beside the sandbox, which replaces all of amoCRM.
fn framers(world: &World, page: &Reply) -> Vec<String> {
    let policy = page.header("content-security-policy").to_owned();
    let (_, framers) = policy.split_once("frame-ancestors ").unwrap_or_else(|| panic!("{policy}"));
    let sandbox = world.sandbox.url();
    framers.split_whitespace().filter(|one| *one != sandbox.trim_end_matches('/')).map(str::to_owned).collect()
}

/// N9: a person may work in several accounts, whose panels share one partition of cookies: none may frame another's.
async fn the_panel_can_be_framed_by_its_own_account_only(world: &mut World) {
    let own = world.line("support").await;
    let other = world.line_at(OTHER, "support").await;
    for (line, host) in [(&own, HOST), (&other, OTHER)] {
        let entry = issue(world, line.tenant_id, true, TicketTarget::Sources).await;
        let anna = world.visitor().in_a_frame();
        let place = anna.opens(&entry).await.is_redirect();
        anna.opens(&place).await.is(303);
        let missing = format!("/panel/sources/{}", Uuid::nil());
        for path in ["/panel", "/panel/data/all", "/panel/keys/new", "/panel/sources/new", &missing] {
            let page = anna.opens(path).await;
            assert!([200, 404].contains(&page.status), "{path}: {}", page.status);
            assert_eq!(framers(world, &page), [format!("https://{host}")], "{path}");
        }
        // The page that asks before a ticket replaces this session.
        let asks = anna.opens(&issue(world, own.tenant_id, true, TicketTarget::Sources).await).await;
        if line.tenant_id != own.tenant_id {
            assert_eq!(framers(world, &asks.is(200)), [format!("https://{HOST}")]);
        }
    }
    // Pages that no account is known of can be framed by all: where a ticket was used, there is nothing to press.
    let used = world.visitor().in_a_frame().opens("/panel/enter?ticket=made-up").await.is(410);
    assert_eq!(framers(world, &used), ["https://*.amocrm.ru"]);
    // A renamed account is framed by its new host alone.
    let boris = world.panel(own.tenant_id).await;
    world.sandbox.rename_account(HOST, "renamed.amocrm.ru");
    assert!(parom::tenant::token::find_host(&world.app().tenants, own.tenant_id, None).await.expect("the new host"));
    assert_eq!(framers(world, &boris.opens("/panel").await.is(200)), ["https://renamed.amocrm.ru"]);
}

async fn a_manager_sees_one_conversation(world: &mut World) {
    let line = world.line("support").await;
    let message = world.customer(&line, "anna").writes("Hello").await;
    let foreign = world.customer(&line, "carl").writes("Private").await;
    world.deliver_all().await;
    let id = |text: &str| text.parse::<Uuid>().unwrap();
    let entry = issue(world, line.tenant_id, false, TicketTarget::Message(id(&message))).await;
    let manager = world.visitor();
    assert_eq!(manager.opens(&entry).await.is_redirect(), format!("/panel/messages/{message}"));
    for path in ["/panel", "/panel/sources", "/panel/messages", "/panel/conversations", "/panel/team", "/panel/me"] {
        manager.opens(path).await.is(404);
    }
    manager.opens(&format!("/panel/messages/{foreign}")).await.is(404);
    // Of another account, or made up.
    let beta = world.line_at("beta.amocrm.ru", "support").await;
    let entry = issue(world, beta.tenant_id, false, TicketTarget::Message(id(&message))).await;
    world.visitor().opens(&entry).await.is(404);
}

both!(a_ticket_opens_once);
once!(in_a_frame_without_cookies_the_panel_goes_on_in_a_tab);
once!(n5_a_maker_who_left_amocrm_takes_their_keys_along, the_panel_can_be_framed_by_its_own_account_only);
once!(n5_a_key_carries_no_right_that_its_maker_lacks, n5_a_key_without_a_known_maker_does_not_erase);
once!(the_guides_first_command_works_with_a_key_of_the_panel);
once!(access_that_was_taken_away_stays_away, a_manager_sees_one_conversation);
once!(n5_a_key_loses_what_its_maker_loses);
