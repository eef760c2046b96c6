//! M7: rights that came from amoCRM end with it.

use std::time::Duration;

use parom::identity::MemberRole;
use parom::identity::member::{self, FROM_CRM};
use parom::identity::ticket::{self, TicketTarget, TicketUser};
use parom_tests::settings::HOST;
use parom_tests::{Line, Visitor, World, both, once};
use reqwest::Method;
use sea_orm::{ColumnTrait, QueryFilter};
use simulator::crm::{Fault, Part};

use super::{add_member, sign_in};

const HOUR: Duration = Duration::from_secs(3600);

/// Maria, an ordinary user whom amoCRM has made an administrator.
async fn maria(world: &World, line: &Line) -> (i64, Visitor) {
    let id = world.sandbox.add_account(HOST).users[1].id;
    world.sandbox.set_administrator(HOST, id, true);
    (id, world.panel_as(line.tenant_id, id, "Maria", true).await)
}

async fn row(world: &World, line: &Line, crm_user: i64) -> entity::member::Model {
    let rows = entity::member::Entity::of_tenant(line.tenant_id).filter(entity::member::Column::CrmUserId.eq(crm_user));
    rows.one(world.app().store.read()).await.unwrap().expect("a member")
}

/// Uses the panel every half hour.
async fn uses(world: &World, visitor: &Visitor, halves: u32) {
    for _ in 0..halves {
        world.advance(HOUR / 2);
        visitor.opens("/panel").await.is(200);
    }
}

fn is_out(there: &str) -> bool {
    there.starts_with("/panel/sign-in")
}

async fn m7_a_session_of_a_ticket_lives_twelve_hours_even_if_it_is_used(world: &mut World) {
    let line = world.line("support").await;
    let (_, maria) = maria(world, &line).await;
    uses(world, &maria, 23).await;
    world.advance(HOUR / 2);
    assert!(is_out(&maria.opens("/panel").await.is_redirect()));
}

async fn m7_a_user_demoted_in_amocrm_loses_access_within_the_hour(world: &mut World) {
    let line = world.line("support").await;
    let (id, maria) = maria(world, &line).await;
    maria.opens("/panel/data").await.is(200);
    world.sandbox.set_administrator(HOST, id, false);
    world.advance(HOUR);
    assert!(is_out(&maria.opens("/panel").await.is_redirect()));
    assert_eq!(row(world, &line, id).await.role, "viewer", "what amoCRM gave it took");
    let owner = world.panel(line.tenant_id).await;
    owner.opens("/panel/audit?group=member").await.is(200).says(&["Access from amoCRM ended", "no_administrator"]);
    // Made one again: asked by the next ticket.
    world.sandbox.set_administrator(HOST, id, true);
    world.panel_as(line.tenant_id, id, "Maria", true).await.opens("/panel/data").await.is(200);
}

async fn m7_a_user_removed_in_amocrm_loses_access(world: &mut World) {
    let line = world.line("support").await;
    let (id, by_ticket) = maria(world, &line).await;
    assert_eq!(row(world, &line, id).await.role_from, FROM_CRM);
    world.sandbox.remove_user(HOST, id);
    world.advance(HOUR);
    assert!(is_out(&by_ticket.opens("/panel").await.is_redirect()));
}

async fn m7_access_granted_by_hand_stays(world: &mut World) {
    let line = world.line("support").await;
    let owner = world.panel(line.tenant_id).await;
    let (id, maria) = maria(world, &line).await;
    let person = row(world, &line, id).await.person_id;
    owner.opens("/panel/team").await.is(200);
    owner.does(&format!("/panel/team/{person}/role"), &[("role", "administrator")]).await;
    world.sandbox.set_administrator(HOST, id, false);
    world.advance(HOUR);
    assert!(is_out(&maria.opens("/panel").await.is_redirect()), "the ticket's session ends");
    assert_eq!(row(world, &line, id).await.role, "administrator", "the role stays");
    // Nor does it rise.
    world.sandbox.set_administrator(HOST, id, true);
    let again = world.panel_as(line.tenant_id, id, "Maria", true).await;
    again.opens("/panel/data").await.is(403);
    world.advance(HOUR);
    again.opens("/panel/data").await.is(403);
    assert_eq!(row(world, &line, id).await.role, "administrator");
}

async fn m7_an_amocrm_that_does_not_answer_is_believed_for_four_hours(world: &mut World) {
    let line = world.line("support").await;
    let (_, maria) = maria(world, &line).await;
    let member = add_member(world, line.tenant_id, "anna@example.com", MemberRole::Owner).await;
    let anna = sign_in(world, "anna@example.com").await;
    world.sandbox.faults().until_cleared(Part::Rest, Fault::Status { code: 503, retry_after: None });
    uses(world, &maria, 7).await;
    world.advance(HOUR / 2);
    assert!(is_out(&maria.opens("/panel").await.is_redirect()), "amoCRM has not confirmed it for four hours");
    anna.opens("/panel/data").await.is(200);
    world.sandbox.faults().clear();
    assert!(member::find(world.app().store.read(), line.tenant_id, member).await.unwrap().is_some());
    let owner = world.panel(line.tenant_id).await;
    owner.opens("/panel/audit?group=member").await.is(200).says(&["did not confirm the user"]);
}

async fn m7_amocrm_is_asked_once_an_hour_of_use(world: &mut World) {
    let line = world.line("support").await;
    let (id, maria) = maria(world, &line).await;
    let asked = || {
        let path = format!("/users/{id}");
        world.sandbox.requests().into_iter().filter(|request| request.path.contains(&path)).count()
    };
    let before = asked();
    uses(world, &maria, 1).await;
    assert_eq!(asked(), before, "within the hour");
    world.advance(HOUR);
    for _ in 0..5 {
        maria.opens("/panel").await.is(200);
    }
    assert_eq!(asked(), before + 1);
}

/// A tab that is left open asks for itself every ten seconds.
async fn m7_automatic_requests_of_a_page_keep_no_session_alive(world: &mut World) {
    let line = world.line("support").await;
    add_member(world, line.tenant_id, "anna@example.com", MemberRole::Owner).await;
    let anna = sign_in(world, "anna@example.com").await;
    for _ in 0..23 {
        world.advance(HOUR / 2);
        let live = anna.request(Method::GET, "/panel").header("parom-live", "1");
        parom_tests::answer(live).await.is(200);
    }
    world.advance(HOUR / 2);
    assert_eq!(anna.opens("/panel").await.is_redirect(), "/panel/sign-in?ended=1");
}

/// M8: an owner's way in from amoCRM is in the log.
async fn m8_a_ticket_that_opens_is_written_down_with_the_visitors_address(world: &mut World) {
    let line = world.line("support").await;
    let id = world.sandbox.add_account(HOST).users[0].id;
    let user = TicketUser { id, name: "Olga".into(), is_admin: true };
    let url = ticket::url(&world.app().identity, line.tenant_id, &user, &TicketTarget::Overview).await.unwrap();
    let olga = world.visitor().from("203.0.113.9");
    olga.goes(url.strip_prefix(&world.api.base()).unwrap()).await.is(200);
    olga.opens("/panel/audit?group=member").await.is(200).says(&[
        "Signed in",
        "Olga",
        "From the widget in amoCRM",
        "203.0.113.9",
    ]);
}

both!(m7_a_user_demoted_in_amocrm_loses_access_within_the_hour);
once!(
    m7_amocrm_is_asked_once_an_hour_of_use,
    m7_automatic_requests_of_a_page_keep_no_session_alive,
    m7_a_session_of_a_ticket_lives_twelve_hours_even_if_it_is_used,
    m7_a_user_removed_in_amocrm_loses_access,
    m7_access_granted_by_hand_stays,
    m7_an_amocrm_that_does_not_answer_is_believed_for_four_hours,
    m8_a_ticket_that_opens_is_written_down_with_the_visitors_address
);
