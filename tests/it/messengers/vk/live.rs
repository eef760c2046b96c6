//! Presses, reactions, typing, reading.

use parom_tests::once;
use parom_tests::settings::HOST;
use simulator::crm::{HookForm, HookMessage};
use simulator::vk::{Act, Author, Verb};

use super::{Community, VkWorld, acts};
use crate::messengers::at_crm;
use crate::messengers::played::{arrives, chatting};
use crate::messengers::steps::out::{a_link_leaves, a_press_arrives, sends_a_list, sends_buttons};

async fn buttons_leave_and_presses_arrive(world: &mut VkWorld) {
    let chat = chatting::<Community>(world).await;
    let (who, community) = (chat.ids.maria, chat.ids.community);
    let sent = sends_buttons(world, &chat).await;
    assert_eq!(sent.buttons, ["Yes", "No"]);
    let press = Act::of(Verb::Press).who(who).line(community).message(&sent.id).with("row", 0).with("column", 1);
    a_press_arrives::<Community>(world, |vk| _ = acts(vk, press), ("No", None)).await;
    a_link_leaves(world, &chat).await;
}

async fn a_list_is_a_button_a_row(world: &mut VkWorld) {
    let chat = chatting::<Community>(world).await;
    let (who, community) = (chat.ids.maria, chat.ids.community);
    let sent = sends_a_list(world, &chat).await;
    assert_eq!(sent.buttons, ["Delivery", "Assembly"]);
    let press = Act::of(Verb::Press).who(who).line(community).message(&sent.id).with("row", 1).with("column", 0);
    a_press_arrives::<Community>(world, |vk| _ = acts(vk, press), ("Assembly", Some("k8"))).await;
}

/// Without bot features, buttons are words.
async fn buttons_that_vk_does_not_allow_are_words(world: &mut VkWorld) {
    let chat = chatting::<Community>(world).await;
    world.messenger.set_features(chat.ids.community, true, false);
    let sent = sends_buttons(world, &chat).await;
    assert!(sent.buttons.is_empty() && sent.text.contains("Yes") && sent.text.contains("No"), "{sent:?}");
}

async fn reactions_go_both_ways(world: &mut VkWorld) {
    let chat = chatting::<Community>(world).await;
    let (who, community) = (chat.ids.maria, chat.ids.community);
    let hello = at_crm(world).pop().unwrap();
    for emoji in [Some("🔥"), None] {
        world.sandbox.manager_reacts(HOST, &hello.id, emoji, HookForm::Table).await.unwrap();
        world.deliver_all().await;
        let shown = world.messenger.history(community, who).remove(0).reactions.remove(&Author::Line);
        assert_eq!(shown, emoji.map(|emoji| vec![emoji.to_owned()]));
    }
    let said = chat.manager_sends(world, HookMessage::text("Готово")).await;
    world.deliver_all().await;
    arrives::<Community>(world).await;
    let cmid = chat.sent(world)[0].id.clone();
    for (reaction, there) in [("❤", vec!["❤"]), ("", Vec::new())] {
        world.messenger.customer(who, community).reacts(&cmid, reaction).unwrap();
        arrives::<Community>(world).await;
        let messages = world.sandbox.messages(HOST);
        let shown = messages.into_iter().find(|one| one.id == said.message_id).unwrap();
        let emoji: Vec<_> = shown.reactions.iter().map(|(_, emoji)| emoji.trim_end_matches('\u{fe0f}')).collect();
        assert_eq!(emoji, there);
    }
}

async fn typing_is_seen_on_both_sides(world: &mut VkWorld) {
    let chat = chatting::<Community>(world).await;
    let (who, community) = (chat.ids.maria, chat.ids.community);
    let at = chat.line.chat(world, &chat.conversation);
    world.sandbox.manager_types(HOST, &at, None, HookForm::Table).await.unwrap();
    world.deliver_all().await;
    assert_eq!(world.messenger.activities(community), [(format!("{community}_{who}").into(), "typing".to_owned())]);
    let before = world.sandbox.requests().len();
    world.messenger.customer(who, community).types().unwrap();
    arrives::<Community>(world).await;
    let asked = world.sandbox.requests().split_off(before);
    assert!(asked.iter().any(|one| one.path.ends_with("/typing")), "{asked:#?}");
}

/// Everything up to the last read message is read.
async fn read_receipts_are_sent_to_amocrm(world: &mut VkWorld) {
    let chat = chatting::<Community>(world).await;
    let mut said = Vec::new();
    for text in ["one", "two", "three"] {
        said.push(chat.manager_sends(world, HookMessage::text(text)).await.message_id);
        world.deliver_all().await;
    }
    let read = Act::of(Verb::Read).who(chat.ids.maria).line(chat.ids.community).message(&chat.sent(world)[1].id);
    acts(&world.messenger, read);
    arrives::<Community>(world).await;
    let told: Vec<_> = said.iter().map(|id| world.statuses_at_crm(&chat.line, id)).collect();
    assert_eq!(told, [vec![1, 2], vec![1, 2], vec![1]]);
}

once!(
    buttons_leave_and_presses_arrive,
    a_list_is_a_button_a_row,
    buttons_that_vk_does_not_allow_are_words,
    reactions_go_both_ways,
    typing_is_seen_on_both_sides,
    read_receipts_are_sent_to_amocrm,
);
