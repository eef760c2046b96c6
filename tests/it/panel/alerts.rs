//! Letters about alerts: to whom, when, of what, and when not.

use std::time::Duration;

use base::i18n::Language;
use parom::alert_notices::round;
use parom::identity::{MemberRole, member, person};
use parom_tests::{Answer, Line, World, once};

use super::{add_member, add_person, sign_in};
use crate::admin::operator::Operator;
use crate::identity::Mailed;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// The messenger refuses access: the source stops, with a message that waits.
async fn stops(world: &mut World, line: &Line) {
    world.customer(line, "anna").writes("Private question").await;
    world.deliver_all().await;
    world.messenger.answers_next([Answer::status(401)]);
    world.manager(line).answers("anna", "Secret answer").await;
    world.deliver_all().await;
}

/// It was repaired: the next message proves it.
async fn goes_on(world: &mut World, line: &Line) {
    world.api.patch(&line.path(""), &serde_json::json!({"paused": false})).await.is(200);
    world.deliver_to_the_end().await;
}

async fn sends(world: &World, letters: usize) {
    assert_eq!(round(&world.app().alert_notices).await.unwrap(), letters);
}

async fn notices_are_sent_when_an_alert_opens_as_one_reminder_and_when_it_ends(world: &mut Mailed) {
    let line = world.line("support").await;
    let anna = add_member(world, line.tenant_id, "anna@example.com", MemberRole::Owner).await;
    person::set_language(world.app().store.write(), anna, Language::Ru).await.unwrap();
    add_member(world, line.tenant_id, "vera@example.com", MemberRole::Viewer).await;
    let invited = add_person(world, "invited@example.com").await;
    let db = world.app().store.write();
    // An owner may name anybody's address: who has not shown that they read it gets no texts of the account (N8's kind).
    let new = person::NewPerson { email: "never@example.com", name: "", language: Language::En, is_operator: false };
    let never = person::add(&world.app().identity, db, new).await.unwrap().expect("the e-mail is new").id;
    member::join(&world.app().identity, db, line.tenant_id, never, MemberRole::Owner, None).await.unwrap();
    assert!(
        member::invite(&world.app().identity, db, line.tenant_id, invited, MemberRole::Administrator).await.unwrap()
    );
    stops(world, &line).await;
    sends(world, 0).await;
    world.advance(MINUTE);
    sends(world, 1).await;
    let letter = world.mail.next().await;
    assert_eq!(letter.to, "anna@example.com", "owners and administrators, in their language");
    assert_eq!(letter.subject, format!("Line support ({}): источник остановлен", line.host));
    letter.says(&[
        "не работает с 12:00",
        "Причина: ваш сервер ответил 401.",
        "1 сообщение менеджеров ждёт",
        &format!("{}/panel/sources/{}/access", world.api.base(), line.source_id),
        "идут на anna@example.com",
        "/panel/alerts",
    ]);
    for text in ["Private", "Secret", "anna0", "chat-anna"] {
        assert!(!letter.text.contains(text) && !letter.subject.contains(text), "{letter:?}");
    }
    sends(world, 0).await;
    world.advance(4 * HOUR);
    sends(world, 1).await;
    assert_eq!(world.mail.next().await.subject, letter.subject, "once more, for it is open still");
    world.advance(5 * HOUR);
    sends(world, 0).await;
    goes_on(world, &line).await;
    world.manager(&line).answers("anna", "Works").await;
    world.deliver_to_the_end().await;
    sends(world, 1).await;
    world.mail.next().await.says(&["Решено: Line support", "Длилось 9 ч"]);
    world.advance(24 * HOUR);
    sends(world, 0).await;
    assert!(world.mail.is_empty());
}

async fn simultaneous_alerts_are_one_email_and_a_brief_one_is_none(world: &mut Mailed) {
    let (one, two) = (world.line("one").await, world.line("two").await);
    add_member(world, one.tenant_id, "anna@example.com", MemberRole::Administrator).await;
    stops(world, &one).await;
    goes_on(world, &one).await;
    world.manager(&one).answers("anna", "Works").await;
    world.deliver_to_the_end().await;
    world.advance(2 * MINUTE);
    sends(world, 0).await;
    stops(world, &one).await;
    stops(world, &two).await;
    world.advance(MINUTE);
    sends(world, 1).await;
    let letter = world.mail.next().await;
    assert_eq!(letter.subject, format!("{}: 2 alerts", one.host));
    letter.says(&["Line one", "Line two", "your server answered 401"]);
    // The next one waits until ten minutes have passed.
    world.sandbox.switch(&one.host, |switches| switches.unpaid = true);
    world.api.get(&format!("/api/v1/tenants/{}/pipelines", one.tenant_id)).await.is(409);
    world.advance(2 * MINUTE);
    sends(world, 0).await;
    world.advance(9 * MINUTE);
    sends(world, 1).await;
    world.mail.next().await.says(&["amoCRM is not paid, messages may wait"]);
    // Deleted: nothing works again, and no e-mail claims that it does.
    world.sandbox.switch(&one.host, |switches| switches.unpaid = false);
    world.api.delete(&two.path("")).await.is(204);
    world.advance(HOUR);
    world.api.get(&format!("/api/v1/tenants/{}/pipelines", one.tenant_id)).await.is(200);
    sends(world, 1).await;
    let over = world.mail.next().await;
    over.says(&["Resolved:", "is not paid"]);
    assert!(!over.text.contains("Line two"), "{over:?}");
    goes_on(world, &one).await;
}

async fn no_notice_is_sent_to_people_who_do_not_want_it(world: &mut Mailed) {
    let line = world.line("support").await;
    add_member(world, line.tenant_id, "anna@example.com", MemberRole::Owner).await;
    add_member(world, line.tenant_id, "mark@example.com", MemberRole::Administrator).await;
    let vera = add_member(world, line.tenant_id, "vera@example.com", MemberRole::Viewer).await;
    let (anna, mark) = (sign_in(world, "anna@example.com").await, sign_in(world, "mark@example.com").await);
    // Mark wants e-mails about payment only, Anna none; she lets Vera get all of them.
    let page = mark.opens("/panel/alerts").await.is(200);
    page.says(&["No open alerts", "Alerts go to mark@example.com", "A messenger no longer accepts the access"]);
    mark.does("/panel/alerts/mine", &[("letters", "1"), ("kind", "unpaid")]).await.says(&["Saved"]);
    anna.opens("/panel/alerts").await.is(200).says(&["Who gets alerts", "mark@example.com"]);
    anna.does("/panel/alerts/mine", &[("kind", "unpaid")]).await.says(&["Saved"]);
    anna.does(&format!("/panel/alerts/readers/{vera}"), &[("to", "on")])
        .await
        .says(&["vera@example.com gets alerts by e-mail"]);
    mark.sends(&format!("/panel/alerts/readers/{vera}"), &[("to", "off")]).await.is(403);
    anna.opens("/panel/audit?group=alert").await.is(200).says(&["E-mail alerts changed"]);
    stops(world, &line).await;
    world.advance(MINUTE);
    sends(world, 1).await;
    assert_eq!(world.mail.next().await.to, "vera@example.com");
    // The person who handles it gets no reminder, and a muted alert sends nothing.
    let page = mark.opens("/panel/alerts").await.is(200);
    page.says(&["Line support", "Open", "Acknowledge", "Mute for 4 hours", "Mute for 24 hours"]);
    let key = page.field("key");
    mark.does("/panel/alerts/take", &[("key", &key)]).await.says(&["Being handled by"]);
    world.advance(3 * HOUR);
    sends(world, 0).await;
    anna.opens("/panel/alerts").await.is(200);
    anna.does("/panel/alerts/mute", &[("key", &key), ("hours", "24")])
        .await
        .says(&["Muted until", "stays listed here"]);
    anna.sends("/panel/alerts/mute", &[("key", &key), ("hours", "1000")]).await.is(404);
    world.advance(23 * HOUR);
    sends(world, 0).await;
    world.advance(HOUR);
    sends(world, 1).await;
    assert_eq!(world.mail.next().await.to, "vera@example.com", "open after all");
    goes_on(world, &line).await;
}

async fn a_person_who_came_from_amocrm_confirms_an_address_first(world: &mut Mailed) {
    let line = world.line("support").await;
    let olga = world.panel(line.tenant_id).await;
    olga.opens("/panel/alerts").await.is(200).says(&["We send a code to this address first"]);
    let mine = |email: &'static str| [("letters", "1"), ("kind", "source_stopped"), ("email", email)];
    olga.sends("/panel/alerts/mine", &mine("nonsense"))
        .await
        .is(422)
        .says(&["An e-mail looks like", "value=\"nonsense\""]);
    olga.does("/panel/alerts/mine", &mine("olga@example.com")).await.says(&["A code was sent to olga@example.com"]);
    let letter = world.mail.next().await;
    let code = letter.subject.split(' ').next().unwrap().to_owned();
    assert!(letter.to == "olga@example.com" && code.len() == 6 && letter.text.contains(&line.host), "{letter:?}");
    stops(world, &line).await;
    world.advance(MINUTE);
    sends(world, 0).await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    olga.does("/panel/alerts/code", &[("code", wrong)]).await.says(&["This is not the code"]);
    olga.does("/panel/alerts/code", &[("code", &code)]).await.says(&["Alerts go to olga@example.com from now on"]);
    olga.does("/panel/alerts/code", &[("code", &code)]).await.says(&["The code has expired"]);
    goes_on(world, &line).await;
    world.manager(&line).answers("anna", "Works").await;
    world.deliver_to_the_end().await;
    stops(world, &line).await;
    world.advance(MINUTE);
    sends(world, 1).await;
    assert_eq!(world.mail.next().await.to, "olga@example.com");
    // Five wrong codes are enough.
    olga.does("/panel/alerts/mine", &mine("other@example.com")).await;
    let code = world.mail.next().await.subject.split(' ').next().unwrap().to_owned();
    for _ in 0..5 {
        olga.does("/panel/alerts/code", &[("code", "abc")]).await.says(&["This is not the code"]);
    }
    olga.does("/panel/alerts/code", &[("code", &code)]).await.says(&["The code has expired"]);
    goes_on(world, &line).await;
}

async fn operators_get_notices_of_the_vendors_alerts(world: &mut Mailed) {
    let line = world.line("support").await;
    let olga = Operator::signed_in(world).await;
    while !world.mail.is_empty() {
        world.mail.next().await;
    }
    let raise = async |world: &World, object: &str| {
        let detail = serde_json::json!({"host": line.host, "account_id": "17", "tenant_id": line.tenant_id});
        let alarm = parom::alert::Alarm {
            tenant_id: base::store::VENDOR,
            kind: "channel_not_allowed",
            object,
            source_id: None,
            detail,
        };
        parom::alert::raise(world.app(), world.app().store.write(), alarm).await.unwrap();
        world.advance(11 * MINUTE);
    };
    raise(world, "x").await;
    sends(world, 1).await;
    let letter = world.mail.next().await;
    letter.says(&[&line.host, "account 17 is not on its list", "/admin/alerts", "alerts of the vendor go to"]);
    olga.opens("/admin/alerts").await.is(200).says(&["Alerts go to", "Turn off e-mail"]);
    olga.does("/admin/alerts/letters", &[("to", "off")]).await.says(&["You get no e-mails"]);
    raise(world, "y").await;
    sends(world, 0).await;
    world.deliver_all().await;
}

once!(
    notices_are_sent_when_an_alert_opens_as_one_reminder_and_when_it_ends,
    simultaneous_alerts_are_one_email_and_a_brief_one_is_none,
    no_notice_is_sent_to_people_who_do_not_want_it,
    a_person_who_came_from_amocrm_confirms_an_address_first,
    operators_get_notices_of_the_vendors_alerts,
);
