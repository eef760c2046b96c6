//! Comments.

use super::*;

#[tokio::test]
async fn comments_stand_in_the_persons_conversation_with_their_post() {
    for (name, id, url) in [
        ("wall_reply_new", "wall-223344556_77:81", "https://vk.com/wall-223344556_77?reply=81"),
        ("photo_comment_new", "photo-223344556_457239017:5", "https://vk.com/photo-223344556_457239017"),
        ("video_comment_new", "video-223344556_456239020:6", "https://vk.com/video-223344556_456239020"),
        ("market_comment_new", "market-223344556_7:7", "https://vk.com/product-223344556_7"),
    ] {
        let comment = written(name).await;
        let post = comment.body.post.unwrap();
        assert_eq!((comment.external_id.as_str(), comment.conversation_id.as_str()), (id, "712345678"), "{name}");
        assert_eq!((Some(post.id.as_str()), post.url.as_deref()), (id.split(':').next(), Some(url)), "{name}");
    }
    assert_eq!(text("wall_reply_new").await, "Цена & срок?");
    assert_eq!(media("market_comment_new", "picture").await.text.as_deref(), Some("Есть?"));
}

#[tokio::test]
async fn a_comment_in_a_thread_names_what_it_answers() {
    let comment = written("wall_reply_thread").await.body;
    assert_eq!(comment.reply_to.unwrap().external_id.as_deref(), Some("wall-223344556_77:81"));
    assert_eq!(comment.content, Content::Text { text: "Акме, а доставка?".into() });
}

#[tokio::test]
async fn changed_and_deleted_comments_and_our_own() {
    let InboundEvent::Changed(changed) = one("wall_reply_edit").await else { panic!("no edit") };
    assert_eq!(changed.written.external_id, "wall-223344556_77:81");
    let gone = |id: &str| InboundEvent::TookBack { messages: vec![id.to_owned()] };
    assert_eq!(one("wall_reply_delete").await, gone("wall-223344556_77:81"));
    assert_eq!(one("market_comment_delete").await, gone("market-223344556_7:7"));
    assert_eq!(one("wall_reply_own").await, InboundEvent::Nothing("own_comment"));
}
