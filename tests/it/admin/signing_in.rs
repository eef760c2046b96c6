//! Who comes in, who does not, and for how long.

use std::time::Duration;

use base::store::VENDOR;
use parom_tests::{Reply, Visitor, World, once};
use sea_orm::{ColumnTrait, QueryFilter};

use super::operator::{EMAIL, Operator, make_operator};

const PAGES: [&str; 14] = [
    "/admin",
    "/admin/accounts",
    "/admin/channels",
    "/admin/integrations",
    "/admin/queues",
    "/admin/undelivered",
    "/admin/announcements",
    "/admin/announcements/new",
    "/admin/webhooks",
    "/admin/alerts",
    "/admin/doctor",
    "/admin/audit",
    "/admin/audit.csv",
    "/admin/operators",
];

const MINUTE: Duration = Duration::from_secs(60);

/// Actions of the vendor's log, oldest first, refused ones with a mark.
pub async fn log(world: &World, tenant_id: uuid::Uuid) -> Vec<String> {
    parom::audit::flush(world.app(), &world.app().identity.refusals).await;
    let rows = entity::audit::Entity::of_tenant(tenant_id).all(world.app().store.read()).await.unwrap();
    let mut rows: Vec<_> = rows.into_iter().filter(|row| !row.action.starts_with("source.")).collect();
    rows.sort_by_key(|row| row.id);
    let mark = |outcome: &str| if outcome == "done" { "" } else { " refused" };
    rows.iter().map(|row| format!("{}{}", row.action, mark(&row.outcome))).collect()
}

async fn the_second_step_is_never_skipped(world: &mut World) {
    let mut olga = Operator::new(world);
    for page in PAGES {
        let led = olga.opens(page).await.is(303);
        assert_eq!(led.header("location"), "/admin/sign-in", "{page}");
    }
    let link = make_operator(world, EMAIL).await;
    olga.opens(&link).await.is(200).says(&["if none is connected yet, you connect it then", ">Continue<"]);
    assert_eq!(olga.follows(&link).await.is(303).header("location"), "/admin/enrol");
    for page in PAGES {
        assert_eq!(olga.opens(page).await.is(303).header("location"), "/admin/code", "{page}: half of a sign-in");
    }
    assert_eq!(olga.opens("/admin/code").await.is(303).header("location"), "/admin/enrol");
    let first = olga.cookie("parom-admin").unwrap();
    let code = olga.enrols(world).await;
    let again = olga.opens("/admin/enrol").await.is(200);
    assert!(again.text.contains(&olga.secret), "looking again shows the same secret");
    olga.sends("/admin/enrol", &[("code", "000000")]).await.is(422);
    olga.sends("/admin/enrol", &[("code", &code)]).await.is(303);
    assert_ne!(olga.cookie("parom-admin").unwrap(), first, "a new session begins with the second step");
    olga.opens("/admin/accounts").await.is(200);
    olga.takes_cookie("parom-admin", &first);
    assert_eq!(olga.opens("/admin/accounts").await.is(303).header("location"), "/admin/sign-in", "the old one is over");
    olga.forgets_cookies();
    olga.follows(&link).await.is(422).says(&["expired or was already used"]);
    let wanted = ["operator.added", "operator.signed_in refused", "operator.enrolled", "operator.signed_in"];
    assert_eq!(log(world, VENDOR).await, wanted);
}

async fn a_code_works_once_and_a_password_is_only_the_first_step(world: &mut World) {
    let olga = Operator::signed_in(world).await;
    olga.opens("/admin/own").await.is(200);
    olga.sends("/admin/own", &[("password", "12345678")]).await.is(422);
    olga.sends("/admin/own", &[("password", "ferry over the strait")]).await.is(303);
    let used = olga.code(world);
    olga.sends("/admin/sign-out", &[]).await.is(303);
    assert_eq!(olga.opens("/admin/accounts").await.is(303).header("location"), "/admin/sign-in");

    olga.forgets_cookies();
    let fields = |password| [("email", EMAIL), ("password", password)];
    let wrong = open_form(&olga, &fields("wrong horse")).await.is(422);
    let unknown = [("email", "nobody@vendor.example"), ("password", "wrong horse")];
    let unknown = open_form(&olga, &unknown).await.is(422);
    let same = |text: &str| text.replace(EMAIL, "").replace("nobody@vendor.example", "").replace(nonce(text), "");
    assert_eq!(same(&wrong.text), same(&unknown.text), "the answer does not reveal whether the e-mail is known");
    assert_eq!(open_form(&olga, &fields("ferry over the strait")).await.is(303).header("location"), "/admin/code");
    olga.opens("/admin/code").await.is(200);
    olga.sends("/admin/code", &[("code", &used)]).await.is(422);
    let fresh = olga.next_code(world);
    olga.sends("/admin/code", &[("code", &fresh)]).await.is(303);
    olga.opens("/admin/accounts").await.is(200);
}

/// Signs in by password: the form belongs to no session.
async fn open_form(visitor: &Visitor, fields: &[(&str, &str)]) -> Reply {
    visitor.sends_as_it_is("/admin/sign-in", fields).await
}

fn nonce(text: &str) -> &str {
    text.split("nonce=\"").nth(1).unwrap().split('"').next().unwrap()
}

/// M5: an operator comes in while strangers try their e-mail and their codes without end.
async fn m5_tries_of_a_stranger_keep_no_operator_out(world: &mut World) {
    let olga = Operator::signed_in(world).await;
    olga.opens("/admin/own").await.is(200);
    olga.sends("/admin/own", &[("password", "ferry over the strait")]).await.is(303);
    let right = [("email", EMAIL), ("password", "ferry over the strait")];
    let attacker = world.visitor().from("198.51.100.1");
    let guesser = world.visitor().from("198.51.100.2");
    for _ in 0..60 {
        world.advance(Duration::from_secs(12));
        open_form(&attacker, &[("email", EMAIL), ("password", "wrong horse")]).await;
        // Who knows the password tries codes.
        if open_form(&guesser, &right).await.status == 303 {
            guesser.opens("/admin/code").await.is(200);
            guesser.sends("/admin/code", &[("code", "000000")]).await;
        }
    }
    open_form(&attacker, &right).await.is(429);
    let fresh = world.visitor().from("203.0.113.7");
    assert_eq!(open_form(&fresh, &right).await.is(303).header("location"), "/admin/code");
    fresh.opens("/admin/code").await.is(200);
    let code = olga.next_code(world);
    fresh.sends("/admin/code", &[("code", &code)]).await.is(303);
    fresh.opens("/admin/accounts").await.is(200);
}

async fn a_session_ends_by_itself(world: &mut World) {
    let olga = Operator::signed_in(world).await;
    for _ in 0..30 {
        world.advance(14 * MINUTE);
        olga.opens("/admin/accounts").await.is(200);
    }
    world.advance(15 * MINUTE);
    assert_eq!(olga.opens("/admin/accounts").await.is(303).header("location"), "/admin/sign-in", "15 minutes idle");

    let half = Operator::new(world);
    half.follows(&make_operator(world, "petr@vendor.example").await).await.is(303);
    world.advance(10 * MINUTE);
    assert_eq!(
        half.opens("/admin/enrol").await.is(303).header("location"),
        "/admin/sign-in",
        "the second step came late"
    );
}

async fn an_operator_who_leaves_is_out_at_once(world: &mut World) {
    let olga = Operator::signed_in(world).await;
    olga.proves(world).await;
    let link = make_operator(world, "petr@vendor.example").await;
    let people = entity::person::Entity::of_tenant(VENDOR);
    let petr = people.filter(entity::person::Column::Email.eq("petr@vendor.example"));
    let petr = petr.one(world.app().store.read()).await.unwrap().unwrap();
    let own = entity::person::Entity::of_tenant(VENDOR).filter(entity::person::Column::Email.eq(EMAIL));
    let own = own.one(world.app().store.read()).await.unwrap().unwrap();

    let page = olga.opens("/admin/operators").await.is(200);
    page.says(&["petr@vendor.example"]);
    assert!(!page.text.contains(&format!("/admin/operators/{}/disable", own.id)), "operators cannot remove themselves");
    olga.sends(&format!("/admin/operators/{}/disable", own.id), &[]).await.is(303);
    olga.opens("/admin/accounts").await.is(200);
    let asked = olga.opens(&format!("/admin/operators/{}/disable", petr.id)).await.is(200);
    asked.says(&["Remove petr@vendor.example’s access to the admin?"]);
    olga.sends(&format!("/admin/operators/{}/disable", petr.id), &[]).await.is(303);
    let other = Operator::new(world);
    other.follows(&link).await.is(422);
    let actions = log(world, VENDOR).await;
    assert_eq!(actions.iter().filter(|action| *action == "operator.disabled").count(), 1);

    // Once more, by the page; the link is shown once and opens the second step.
    olga.opens("/admin/operators").await;
    olga.sends("/admin/operators", &[("email", EMAIL), ("name", "")]).await.is(422);
    let shown = olga.sends("/admin/operators", &[("email", "Petr@Vendor.example"), ("name", "Petr")]).await.is(200);
    let link = shown.text.split("/admin/link?token=").nth(1).unwrap().split('<').next().unwrap();
    assert_eq!(shown.header("cache-control"), "no-store");
    other.follows(&format!("/admin/link?token={link}")).await.is(303);
    other.opens("/admin/enrol").await.is(200);
}

once!(a_code_works_once_and_a_password_is_only_the_first_step, m5_tries_of_a_stranger_keep_no_operator_out);
once!(an_operator_who_leaves_is_out_at_once, the_second_step_is_never_skipped, a_session_ends_by_itself);
