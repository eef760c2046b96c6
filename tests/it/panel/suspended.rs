//! What people see of an endpoint that Parom gave up for failing all day: a letter, pages that say why, one button.

use std::time::Duration;

use base::i18n::Language;
use parom::alert_notices::round;
use parom::identity::{MemberRole, person};
use parom_tests::{Answer, Engine, Line, MailServer, Place, Setup, World};

use super::{add_member, sign_in};

const HOUR: Duration = Duration::from_secs(3_600);

async fn fails_for_a_day(world: &mut World) -> Line {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Private question").await;
    world.deliver_all().await;
    world.messenger.answers_by(|_| Answer::status(500));
    for hour in 0..26 {
        world.manager(&line).answers("anna", &format!("hour {hour}")).await;
        world.deliver_all().await;
        world.advance(HOUR);
    }
    world.deliver_all().await;
    line
}

async fn letter(world: &World, mail: &MailServer) -> parom_tests::Mail {
    assert_eq!(round(&world.app().alert_notices).await.unwrap(), 1);
    mail.next().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_languages_name_the_program_that_is_no_longer_called() {
    let mail = MailServer::start().await;
    let setup = Setup { change: MailServer::serves, ..Setup::default() };
    let mut world = World::start(Engine::Sqlite, setup).await.expect("SQLite is there");
    let line = fails_for_a_day(&mut world).await;
    let vera = add_member(&world, line.tenant_id, "vera@example.com", MemberRole::Owner).await;
    let told = letter(&world, &mail).await;
    assert_eq!(told.subject, format!("Line support ({}): your server has not answered for 24 hours", line.host));
    let url = format!("{}/panel/sources/{}/resume", world.api.base(), line.source_id);
    told.says(&["Parom stopped calling 127.0.0.1.", "events wait", "press “Test and switch on”", &url]);
    assert!(!told.text.contains("Private") && !told.text.contains("hour 2"), "{told:?}");
    person::set_language(world.app().store.write(), vera, Language::Ru).await.unwrap();
    world.advance(4 * HOUR);
    let told = letter(&world, &mail).await;
    assert_eq!(told.subject, format!("Line support ({}): ваш сервер не отвечает 24 часа", line.host));
    told.says(&["Паром больше не вызывает 127.0.0.1.", "«Проверить и включить»"]);

    world.messenger.heals();
    let visitor = sign_in(&world, "vera@example.com").await;
    visitor.sends("/panel/language", &[("to", "ru")]).await.is(303);
    visitor.opens("/panel/webhooks").await.is(200).says(&["Приостановлен", "За 24 часа ни одна доставка не прошла"]);
    let page = visitor.opens(&format!("/panel/webhooks/{}", line.source_id)).await.is(200);
    page.says(&["Проверить и включить", "message.created", "Следующая попытка: когда источник включат"]);
    let source = format!("/panel/sources/{}", line.source_id);
    visitor.opens(&source).await.is(200).says(&["Ваш сервер 24 часа не принимал сообщения", "На паузе"]);
    let resume = format!("{source}/resume");
    visitor.opens(&resume).await.is(200).says(&["Проверить и включить", "value=\"0\"", "value=\"-1\"", "value=\"12\""]);
    visitor.does(&resume, &[("drop", "12")]).await.says(&["Line support"]);
    world.deliver_to_the_end().await;
    let texts = world.messenger.texts();
    assert_eq!((texts.first().unwrap().as_str(), texts.last().unwrap().as_str()), ("hour 18", "hour 25"), "{texts:?}");
    visitor.opens("/panel/webhooks").await.is(200).never_says(&["Приостановлен"]);
    // An account gets no two letters within ten minutes.
    world.advance(Duration::from_secs(660));
    let over = letter(&world, &mail).await;
    assert!(over.subject.starts_with("Решено: Line support"), "{over:?}");
    // One that was taken goes out again by a button.
    let page = visitor.opens(&format!("/panel/webhooks/{}", line.source_id)).await.is(200);
    let attempt = page.field("attempt");
    let again = format!("/panel/webhooks/{}/again", line.source_id);
    visitor.does(&again, &[("attempt", &attempt)]).await.says(&["Вебхук отправляется ещё раз."]);
    world.deliver_all().await;
    let received = world.messenger.received();
    assert_eq!((received.last().unwrap().text().as_str(), world.messenger.texts().len()), ("hour 25", texts.len()));
    visitor.sends(&again, &[("attempt", "x")]).await.is(404);
    visitor.opens("/panel/audit").await.is(200).says(&["его сервер не отвечал сутки", "Вебхук отправлен ещё раз"]);
    world.close().await;
}
