//! Buttons, typing, files that are still processed, and customers who left.

use parom_tests::once;
use parom_tests::settings::HOST;
use simulator::crm::{Attachment, HookForm, HookMessage};
use simulator::max::{Act, Fault, Max};

use super::{Bot, MaxWorld};
use crate::messengers::played::{Sent, chatting};
use crate::messengers::steps::out::{a_link_leaves, a_press_arrives, leaves, sends_a_list, sends_buttons};
use crate::messengers::steps::trouble::is_reported;

fn press(max: &Max, (who, bot): (i64, i64), sent: &Sent, text: &str) {
    let message = max.message(&sent.id).unwrap();
    let button = message.buttons.into_iter().flatten().find(|one| one.text == text).unwrap();
    max.customer(who, bot).presses(&sent.id, &button.payload.unwrap()).unwrap();
}

async fn buttons_leave_and_presses_arrive(world: &mut MaxWorld) {
    let chat = chatting::<Bot>(world).await;
    let ids = (chat.ids.maria, chat.ids.bot.id);
    let sent = sends_buttons(world, &chat).await;
    assert_eq!(sent.buttons, ["Yes", "No"]);
    a_press_arrives::<Bot>(world, |max| press(max, ids, &sent, "No"), ("No", None)).await;
    // MAX is answered beside the message.
    world.until("the button stops waiting", async || world.messenger.notices(ids.1).pop()).await;
    assert_eq!(world.messenger.notices(ids.1).len(), 1);
    a_link_leaves(world, &chat).await;
}

async fn a_list_is_a_button_a_row(world: &mut MaxWorld) {
    let chat = chatting::<Bot>(world).await;
    let ids = (chat.ids.maria, chat.ids.bot.id);
    let sent = sends_a_list(world, &chat).await;
    assert_eq!(sent.buttons, ["Delivery", "Assembly"]);
    a_press_arrives::<Bot>(world, |max| press(max, ids, &sent, "Assembly"), ("Assembly", Some("k8"))).await;
}

async fn typing_is_shown(world: &mut MaxWorld) {
    let chat = chatting::<Bot>(world).await;
    let at = chat.line.chat(world, &chat.conversation);
    world.sandbox.manager_types(HOST, &at, None, HookForm::Table).await.unwrap();
    world.deliver_all().await;
    let dialog = world.messenger.dialog(chat.ids.bot.id, chat.ids.maria);
    assert!(world.messenger.activities(chat.ids.bot.id).contains(&(dialog.into(), "typing_on".to_owned())));
}

/// MAX takes a message with a file only when it has processed the file.
async fn a_file_that_is_still_processed_arrives_later(world: &mut MaxWorld) {
    let chat = chatting::<Bot>(world).await;
    let refusal = Fault::refuse(400, "attachment.not.ready", "Key: errors.process.attachment.file.not.processed");
    world.messenger.faults().next("POST /messages", 2, refusal);
    let sent = leaves(world, &chat, HookMessage::attachment(Attachment::sample("video")).caption("Look")).await;
    assert!(sent.len() == 1 && sent[0].file.is_some() && sent[0].text == "Look", "{sent:?}");
    assert_eq!(leaves(world, &chat, HookMessage::text("Next")).await[0].text, "Next");
}

async fn customers_who_left_are_named(world: &mut MaxWorld) {
    let chat = chatting::<Bot>(world).await;
    let (who, bot) = (chat.ids.maria, chat.ids.bot.id);
    world.messenger.customer(who, bot).stops().unwrap();
    is_reported(world, &chat, (901, "остановил бота")).await;
    world.messenger.customer(who, bot).starts("").unwrap();
    assert_eq!(leaves(world, &chat, HookMessage::text("Welcome back")).await[0].text, "Welcome back");
    world.messenger.act(Act::own("remove_dialog").who(who).line(bot)).unwrap();
    is_reported(world, &chat, (901, "остановил бота")).await;
    let gone = Fault::refuse(404, "chat.not.found", "Chat not found");
    world.messenger.faults().next("POST /messages", 1, gone);
    is_reported(world, &chat, (904, "Чат не найден")).await;
}

once!(
    buttons_leave_and_presses_arrive,
    a_list_is_a_button_a_row,
    typing_is_shown,
    a_file_that_is_still_processed_arrives_later,
    customers_who_left_are_named,
);
