//! Several accounts in one browser: each has its addresses, and nothing done in one reaches another.

use std::time::Duration;

use parom::identity::MemberRole;
use parom::identity::member;
use parom::identity::ticket;
use parom_tests::settings::HOST;
use parom_tests::{Line, Visitor, World, once};
use uuid::Uuid;

use super::{ANNA, PASSWORD, add_member, sign_in};

const BETA: &str = "beta.amocrm.ru";

/// Anna, in two accounts, and Carl in the second.
async fn with_two(world: &World) -> (Line, Line) {
    let (one, two) = (world.line("support").await, world.line_at(BETA, "support").await);
    let anna = add_member(world, one.tenant_id, ANNA, MemberRole::Owner).await;
    let app = world.app();
    member::join(&app.identity, app.store.write(), two.tenant_id, anna, MemberRole::Owner, None).await.unwrap();
    add_member(world, two.tenant_id, "carl@example.com", MemberRole::Owner).await;
    (one, two)
}

async fn chooses(visitor: &Visitor, tenant_id: Uuid) -> String {
    visitor.opens("/panel/choose").await.is(200);
    visitor.sends("/panel/choose", &[("tenant_id", &tenant_id.to_string()), ("to", "/panel/team")]).await.is_redirect()
}

fn of(line: &Line, path: &str) -> String {
    format!("/panel/in/{}{path}", line.tenant_id)
}

async fn a_second_account_opens_beside_the_first(world: &mut World) {
    let (one, two) = with_two(world).await;
    let anna = sign_in(world, ANNA).await;
    assert_eq!(chooses(&anna, one.tenant_id).await, "/panel/team");
    anna.opens("/panel").await.is(200).never_says(&["Accounts in this browser"]);
    assert_eq!(chooses(&anna, two.tenant_id).await, of(&two, "/team"));

    // Each address is of its account; both list both.
    let first = anna.opens("/panel").await.is(200);
    first.says(&[&format!("– {HOST}</title>"), "Accounts in this browser", BETA, "Sign out of all"]);
    assert!(first.text.contains(&format!("href=\"{}\"", of(&two, ""))), "{}", first.text);
    assert!(first.text.contains("href=\"/panel/messages\""), "{}", first.text);
    let second = anna.opens(&of(&two, "")).await.is(200);
    second.says(&[&format!("– {BETA}</title>")]);
    assert!(second.text.contains(&format!("href=\"{}\"", of(&two, "/messages"))), "{}", second.text);
    assert!(second.text.contains(&format!("href=\"{}\"", of(&one, ""))), "{}", second.text);
    assert!(!second.text.contains("href=\"/panel/messages") && !second.text.contains("action=\"/panel/sign-out"));
    // The first one's own address with its id too.
    anna.opens(&of(&one, "/team")).await.is(200).says(&[HOST]);
    // A stranger's account and one that is signed out have the sign-in page at the same address.
    let elsewhere = world.line_at("gamma.amocrm.ru", "support").await;
    let there = anna.opens(&of(&elsewhere, "/team?x=1")).await.is_redirect();
    assert_eq!(there, of(&elsewhere, "/sign-in?to=%2Fpanel%2Fteam%3Fx%3D1"));
    anna.opens(&there).await.is(200).says(&["In this browser you are signed in to", HOST, BETA]);
    for bad in ["/panel/in", "/panel/in/other", "/panel/in/other/team"] {
        anna.opens(bad).await.is(404);
    }
}

async fn a_form_acts_on_the_account_of_its_page(world: &mut World) {
    let (one, two) = with_two(world).await;
    let anna = sign_in(world, ANNA).await;
    chooses(&anna, one.tenant_id).await;
    chooses(&anna, two.tenant_id).await;
    let members = async |line: &Line| member::all(world.app().store.read(), line.tenant_id).await.unwrap().len();
    let before = (members(&one).await, members(&two).await);
    let invites = async |page: &str, form: &str, email: &str| {
        anna.opens(page).await.is(200);
        anna.sends(form, &[("email", email), ("role", "viewer")]).await
    };
    // Two tabs, in turn.
    let there = of(&two, "/team");
    assert_eq!(invites("/panel/team", "/panel/team/invite", "a@example.com").await.is_redirect(), "/panel/team");
    assert_eq!((members(&one).await, members(&two).await), (before.0 + 1, before.1));
    assert_eq!(invites(&there, &of(&two, "/team/invite"), "b@example.com").await.is_redirect(), there);
    assert_eq!((members(&one).await, members(&two).await), (before.0 + 1, before.1 + 1));
    // The page of one account sent to the other's address does nothing, and says where the tab is.
    let refused = invites(&there, "/panel/team/invite", "c@example.com").await.is(403);
    refused.says(&[&format!("you are now in account {HOST}"), &format!("Go to {HOST}"), &format!("Go to {BETA}")]);
    // The first one ends, and another account takes its place: the old page acts on neither.
    let old = anna.opens("/panel/team").await.is(200).field("csrf");
    anna.sends("/panel/sign-out", &[]).await.is(303);
    assert_eq!(chooses_at(&anna, &two).await, "/panel/in/new/choose");
    let fields = [("email", "d@example.com"), ("role", "viewer"), ("csrf", &*old)];
    let refused = anna.sends_as_it_is("/panel/team/invite", &fields).await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    assert_eq!((members(&one).await, members(&two).await), (before.0 + 1, before.1 + 1));
}

/// Signs in beside as a person of several accounts.
async fn chooses_at(visitor: &Visitor, _: &Line) -> String {
    visitor.opens("/panel/in/new/sign-in").await.is(200);
    let fields = [("email", ANNA), ("password", PASSWORD), ("to", "")];
    visitor.sends("/panel/in/new/sign-in", &fields).await.is_redirect()
}

async fn another_person_signs_in_beside(world: &mut World) {
    let (one, two) = with_two(world).await;
    let browser = sign_in(world, ANNA).await;
    chooses(&browser, one.tenant_id).await;
    assert_eq!(browser.opens("/panel/sign-in").await.is_redirect(), "/panel", "without asking for it nobody else");
    browser.opens("/panel/in/new/sign-in").await.is(200).says(&["In this browser you are signed in to", HOST]);
    let fields = [("email", "carl@example.com"), ("password", PASSWORD), ("to", "")];
    let there = browser.sends("/panel/in/new/sign-in", &fields).await.is_redirect();
    assert_eq!(there, of(&two, ""));
    browser.opens(&of(&two, "/me")).await.is(200).says(&["carl@example.com"]);
    browser.opens("/panel/me").await.is(200).says(&[ANNA]);
    // Anna in the same account instead of Carl: an account has one session in a browser.
    chooses(&browser, two.tenant_id).await;
    let page = browser.opens(&of(&two, "/me")).await.is(200);
    page.says(&[ANNA]);
    page.never_says(&["carl@example.com"]);
    // The eleventh account takes the place of the one that was used least recently.
    let open = |page: &str| page.matches("<li><a href=\"/panel/in/").count();
    for number in 0..9 {
        let line = world.line_at(&format!("client{number}.amocrm.ru"), "support").await;
        let email = format!("owner{number}@example.com");
        add_member(world, line.tenant_id, &email, MemberRole::Owner).await;
        world.advance(Duration::from_secs(61));
        browser.opens("/panel").await.is(200);
        browser.opens("/panel/in/new/sign-in").await.is(200);
        let fields = [("email", &*email), ("password", PASSWORD), ("to", "")];
        browser.sends("/panel/in/new/sign-in", &fields).await.is(303);
    }
    let page = browser.opens("/panel").await.is(200);
    assert_eq!(open(&page.text), 10, "{}", page.text);
    page.never_says(&[BETA]);
}

async fn a_ticket_opens_beside_after_a_question(world: &mut World) {
    let (one, two) = with_two(world).await;
    let browser = sign_in(world, ANNA).await;
    chooses(&browser, one.tenant_id).await;
    let issue = async |line: &Line, user: i64| {
        let issued = ticket::issue(&world.app().identity, line.tenant_id, user, "Boris", true).await.unwrap();
        format!("/panel/enter?ticket={issued}")
    };
    let asked = browser.opens(&issue(&two, 7).await).await.is(200);
    asked.says(&["your other session stays open", BETA, "Boris"]);
    browser.opens(&of(&two, "")).await.is(303);
    let there = browser.sends("/panel/enter", &[("ticket", &asked.field("ticket"))]).await.is_redirect();
    assert_eq!(there, of(&two, ""));
    browser.opens(&of(&two, "/me")).await.is(200).says(&["Boris"]);
    browser.opens("/panel/me").await.is(200).says(&[ANNA]);
    // The same amoCRM user again: at once. Another one: asked, for it ends what is open there.
    assert_eq!(browser.opens(&issue(&two, 7).await).await.is_redirect(), of(&two, ""));
    browser.opens(&issue(&two, 8).await).await.is(200).says(&["ends your current session"]);
    browser.opens(&issue(&one, 8).await).await.is(200).says(&["ends your current session"]);
}

async fn one_or_all_sign_out(world: &mut World) {
    let (one, two) = with_two(world).await;
    let anna = sign_in(world, ANNA).await;
    chooses(&anna, one.tenant_id).await;
    chooses(&anna, two.tenant_id).await;
    let stolen = world.visitor();
    stolen.steal(&anna);
    anna.opens("/panel").await.is(200);
    assert_eq!(anna.sends("/panel/sign-out", &[]).await.is_redirect(), "/panel/sign-in");
    anna.opens("/panel").await.is(303);
    let page = anna.opens("/panel/sign-in").await.is(200);
    page.says(&[BETA]);
    page.never_says(&[HOST]);
    anna.opens(&of(&two, "")).await.is(200);
    chooses_of(&anna, &two, one.tenant_id).await;
    anna.opens("/panel").await.is(200).says(&[HOST]);
    // Sessions are the team's as ever: ending the others of a person ends them in every account.
    let elsewhere = sign_in(world, ANNA).await;
    chooses(&elsewhere, two.tenant_id).await;
    elsewhere.opens("/panel/me").await.is(200);
    elsewhere.sends("/panel/me/sessions/end", &[]).await.is(303);
    anna.opens("/panel").await.is(303);
    anna.opens(&of(&two, "")).await.is(303);

    let anna = sign_in(world, ANNA).await;
    chooses(&anna, one.tenant_id).await;
    chooses(&anna, two.tenant_id).await;
    stolen.steal(&anna);
    anna.opens(&of(&two, "")).await.is(200);
    let out = anna.sends(&of(&two, "/sign-out"), &[("all", "1")]).await;
    assert_eq!(out.is_redirect(), of(&two, "/sign-in"));
    assert!(!anna.cookies().contains("parom=") && !anna.cookies().contains("parom-in-"), "{}", anna.cookies());
    stolen.opens("/panel").await.is(303);
    stolen.opens(&of(&two, "")).await.is(303);
}

async fn chooses_of(visitor: &Visitor, from: &Line, tenant_id: Uuid) {
    visitor.opens(&of(from, "/choose")).await.is(200);
    visitor.sends(&of(from, "/choose"), &[("tenant_id", &tenant_id.to_string()), ("to", "")]).await.is(303);
}

async fn a_page_of_another_account_is_found_there(world: &mut World) {
    let (one, two) = with_two(world).await;
    let anna = sign_in(world, ANNA).await;
    chooses(&anna, one.tenant_id).await;
    chooses(&anna, two.tenant_id).await;
    let path = format!("/panel/sources/{}", two.source_id);
    let missing = anna.opens(&path).await.is(404);
    let there = of(&two, &format!("/sources/{}", two.source_id));
    assert!(missing.text.contains(&format!("href=\"{there}\"")), "{}", missing.text);
    anna.opens(&there).await.is(200);
}

once!(a_second_account_opens_beside_the_first, a_form_acts_on_the_account_of_its_page, another_person_signs_in_beside);
once!(a_ticket_opens_beside_after_a_question, one_or_all_sign_out, a_page_of_another_account_is_found_there);
