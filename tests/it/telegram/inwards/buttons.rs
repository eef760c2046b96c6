//! Buttons that a manager sent, and what a press of one says.

use std::time::Duration;

use parom_tests::{TelegramWorld, both};
use simulator::crm::{Button, HookMessage};
use simulator::telegram::Act;

use super::{at_crm, chatting, last};

fn button(text: &str) -> Button {
    Button { text: text.to_owned(), url: None }
}

async fn a_press_arrives_with_the_label_of_its_button(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let question = HookMessage::text("Доставить сегодня?").buttons(&[vec![button("Да"), button("Нет")]]);
    line.manager_sends(world, question).await;
    world.deliver_all().await;
    let sent = line.sent(world).pop().unwrap();
    let press = line.customer(world).presses(&sent.id, "Нет").unwrap();
    world.telegram_arrives().await;
    assert_eq!(last(world).text, "Нет");
    let answered = world
        .until("the press is acknowledged", async || {
            world.telegram().notices(line.bot).into_iter().find(|answer| answer.press == press)
        })
        .await;
    assert_eq!(answered.text, "");
}

async fn a_button_of_a_message_that_is_too_old_is_known(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let question = HookMessage::text("Доставить сегодня?").buttons(&[vec![button("Да"), button("Нет")]]);
    line.manager_sends(world, question).await;
    world.deliver_all().await;
    let sent = line.sent(world).pop().unwrap();
    let data = sent.buttons[0][0].payload.clone().unwrap();
    let press = Act::own("press_old").who(line.person).line(line.bot).message(&sent.id).with("data", data);
    world.telegram().act(press).unwrap();
    world.telegram_arrives().await;
    assert_eq!(last(world).text, "Да");
}

async fn rapid_presses_count_once(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    line.manager_sends(world, HookMessage::text("?").buttons(&[vec![button("Да"), button("Нет")]])).await;
    world.deliver_all().await;
    let sent = line.sent(world).pop().unwrap();
    let before = at_crm(world).len();
    for title in ["Да", "Да", "Нет"] {
        line.customer(world).presses(&sent.id, title).unwrap();
    }
    world.telegram_arrives().await;
    world.advance(Duration::from_secs(4));
    line.customer(world).presses(&sent.id, "Да").unwrap();
    world.telegram_arrives().await;
    let texts: Vec<_> = at_crm(world).into_iter().skip(before).map(|message| message.text).collect();
    assert_eq!(texts, ["Да", "Нет", "Да"]);
}

both!(
    a_press_arrives_with_the_label_of_its_button,
    a_button_of_a_message_that_is_too_old_is_known,
    rapid_presses_count_once,
);
