//! Who comes from amoCRM: tickets, frames, and what a manager may see.

use std::time::Duration;

use parom::identity::ticket::{self, TicketTarget, TicketUser};
use parom_tests::settings::HOST;
use parom_tests::{Reply, Visitor, World, both, once};
use uuid::Uuid;

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
    let page = boris.opens("/panel/team").await.is(200);
    assert!(page.text.contains("Boris") && page.text.contains(HOST), "{}", page.text);
    let again = world.visitor().opens(&entry).await.is(410);
    assert!(again.text.contains("already been used") && again.text.contains("from the widget"), "{}", again.text);
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

async fn administrators_of_the_account_are_owners_and_others_look(world: &mut World) {
    let line = world.line("support").await;
    let users = world.sandbox.add_account(HOST).users;
    let (anna, mark) = (users[0].id, users[1].id);
    let owner = world.panel_as(line.tenant_id, anna, "Anna", true).await;
    owner.opens("/panel/data").await.is(200);
    let viewer = world.panel_as(line.tenant_id, mark, "Mark", false).await;
    let refused = viewer.opens("/panel/data").await.is(403);
    assert!(refused.text.contains("Viewer") && refused.text.contains("Anna can change"), "{}", refused.text);
    // Made an administrator in amoCRM since.
    world.sandbox.set_administrator(HOST, mark, true);
    world.panel_as(line.tenant_id, mark, "Mark", true).await.opens("/panel/data").await.is(200);
    // And no longer: the session uses amoCRM's last answer.
    world.sandbox.set_administrator(HOST, mark, false);
    world.panel_as(line.tenant_id, mark, "Mark", false).await.opens("/panel/data").await.is(403);
}

async fn access_that_was_taken_away_stays_away(world: &mut World) {
    let line = world.line("support").await;
    let owner = world.panel_as(line.tenant_id, 1, "Anna", true).await;
    let other = world.panel_as(line.tenant_id, 2, "Mark", true).await;
    let page = owner.opens("/panel/team").await.is(200);
    let marks = page.text.split_once("Mark").unwrap().1;
    let remove =
        format!("/panel/team/{}", marks.split_once("href=\"/panel/team/").unwrap().1.split('"').next().unwrap());
    let confirm = owner.opens(&remove).await.is(200);
    assert!(confirm.text.contains("Remove Mark?"), "{}", confirm.text);
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
    assert!(parom::tenant::host::find(&world.app().tenants, own.tenant_id, None).await.expect("the new host"));
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
once!(
    access_that_was_taken_away_stays_away,
    in_a_frame_without_cookies_the_panel_goes_on_in_a_tab,
    the_panel_can_be_framed_by_its_own_account_only,
    administrators_of_the_account_are_owners_and_others_look,
    a_manager_sees_one_conversation
);
