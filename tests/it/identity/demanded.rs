//! M6: an account that demands the second step of all its members.

use parom::identity::MemberRole;
use parom_tests::{World, both};
use reqwest::Method;

use super::{ALICE, GOOD, code, invites, link_in, owner, presses};
use crate::panel::{PASSWORD, add_member, sign_in};

async fn m6_a_person_without_a_second_step_sets_it_up_before_anything_else(world: &mut World) {
    let (boss, tenant_id) = owner(world, GOOD).await;
    add_member(world, tenant_id, "anna@example.com", MemberRole::Administrator).await;
    let anna = sign_in(world, "anna@example.com").await;
    anna.opens("/panel/team").await.is(200).never_says(&["Require for everyone"]);
    anna.sends("/panel/team/second-step", &[("demand", "on")]).await.is(403);
    boss.opens("/panel/team").await.is(200);
    boss.sends("/panel/team/second-step", &[("demand", "maybe")]).await.is(400);
    boss.does("/panel/team/second-step", &[("demand", "on")]).await.says(&["is now required for everyone"]);
    boss.opens("/panel/audit").await.is(200).says(&["Two-step sign-in made mandatory"]);
    boss.opens("/panel/team").await.is(200);

    // The session that is open already is held as well, for any page.
    for path in ["/panel", "/panel/team", "/panel/me", "/panel/keys", "/panel/audit.csv"] {
        assert_eq!(anna.opens(path).await.is_redirect(), "/panel/me/two-step", "{path}");
    }
    let live = anna.request(Method::GET, "/panel").header("parom-live", "1");
    assert_eq!(parom_tests::answer(live).await.status, 401);
    anna.opens("/panel/events").await.is(401);
    let page = anna.opens("/panel/me/two-step").await.is(200);
    page.says(&["requires two-step sign-in"]);
    page.never_says(&["/panel/sources", "/panel/me\""]);
    let secret = page.between("<code class=\"mono all\">", "<").unwrap().to_owned();
    let invited = [("email", "new@example.com"), ("role", "viewer")];
    assert_eq!(anna.sends("/panel/team/invite", &invited).await.is_redirect(), "/panel/me/two-step");
    boss.opens("/panel/team").await.never_says(&["new@example.com"]);
    anna.opens("/panel/me/two-step").await.is(200);
    anna.does("/panel/me/two-step", &[("code", &code(world, &secret)), ("current", PASSWORD)]).await;
    anna.opens("/panel/team").await.is(200);

    // It is not required in another account, nor of people who come through amoCRM.
    let (other, _) = owner(world, "third.amocrm.ru").await;
    other.opens("/panel/team").await.is(200);
    boss.does("/panel/team/second-step", &[("demand", "off")]).await.says(&["is now optional"]);
    add_member(world, tenant_id, "carl@example.com", MemberRole::Viewer).await;
    sign_in(world, "carl@example.com").await.opens("/panel").await.is(200);
}

/// A person with an unmailed link sets it up for this account; such a link does not change a proved address.
async fn m6_a_handed_link_sets_up_the_demanded_step_only_where_it_may(world: &mut World) {
    let (boss, tenant_id) = owner(world, GOOD).await;
    boss.opens("/panel/team").await.is(200);
    boss.does("/panel/team/second-step", &[("demand", "on")]).await;
    let alice = world.visitor();
    let link = link_in(world, &invites(&boss, ALICE, "viewer").await.text);
    assert_eq!(presses(&alice, &link).await.is_redirect(), "/panel/me");
    assert_eq!(alice.opens("/panel/me").await.is_redirect(), "/panel/me/two-step");
    super::connects(world, &alice, None).await;
    alice.opens("/panel").await.is(200);

    let proved = add_member(world, tenant_id, "anna@example.com", MemberRole::Viewer).await;
    let anna = world.visitor();
    presses(&anna, &super::unmailed(world, &boss, proved).await).await.is(303);
    assert_eq!(anna.opens("/panel").await.is_redirect(), "/panel/me/two-step");
    let closed = anna.opens("/panel/me/two-step").await.is(200);
    closed.says(&["link from your e-mail", "/panel/sign-out"]);
    closed.never_says(&["<svg"]);
    anna.sends("/panel/me/two-step", &[("code", "123456")]).await.is(404);
    anna.sends("/panel/sign-out", &[]).await.is(303);
}

both!(
    m6_a_person_without_a_second_step_sets_it_up_before_anything_else,
    m6_a_handed_link_sets_up_the_demanded_step_only_where_it_may,
);
