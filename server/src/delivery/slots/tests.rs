use super::*;

fn offer(pool: &str, tenant: u128, target: u128, at_once: u32) -> Offer {
    Offer {
        pool: pool.to_owned(),
        tenant_id: Uuid::from_u128(tenant),
        target: Uuid::from_u128(target),
        at_once,
        weight: 1,
    }
}

#[test]
fn a_target_a_tenant_and_a_host_have_their_bounds() {
    let slots = Slots::default();
    let (tenant, target) = (Uuid::from_u128(1), Uuid::from_u128(9));
    let first: Vec<_> = (0..3).map(|_| slots.take(WEBHOOKS, tenant, target)).collect();
    assert_eq!(slots.share(&[offer(WEBHOOKS, 1, 9, 4)], 0), [1]);
    assert_eq!(slots.share(&[offer(WEBHOOKS, 1, 8, 100)], 0), [5]);
    assert_eq!(slots.share(&[offer(WEBHOOKS, 2, 7, 100)], 0), [8]);
    drop(first);
    assert_eq!(slots.share(&[offer(WEBHOOKS, 1, 9, 4)], 0), [4]);
    assert_eq!(slots.share(&[offer("telegram", 1, 9, 100)], 0), [OF_TENANT_ALONE], "a quarter stays free");
    let both = [offer("telegram", 1, 9, 100), offer("telegram", 2, 8, 100)];
    assert_eq!(slots.share(&both, 0), [OF_TENANT, OF_TENANT]);
}

#[test]
fn offers_of_one_scan_share_one_pool() {
    let slots = Slots::default();
    let offers: Vec<_> = (1..=32).map(|tenant| offer("amojo:main", tenant, tenant, 8)).collect();
    let shares = slots.share(&offers, 0);
    assert_eq!(shares.iter().sum::<u32>(), POOL, "not eight for each of thirty-two");
    assert!(shares.iter().all(|share| *share == POOL / 32), "{shares:?}");
}

#[test]
fn a_host_that_fails_is_left_alone_and_tried_again_by_one() {
    let slots = Slots::default();
    let room = |now| slots.share(&[offer("amojo:main", 1, 1, 4), offer("amojo:main", 2, 2, 4)], now);
    for answered in [true, false].into_iter().cycle().take(19) {
        assert_eq!(room(0), [4, 4]);
        slots.note("amojo:main", answered, 0);
    }
    assert_eq!(slots.closed(0), [], "nineteen calls tell nothing");
    slots.note("amojo:main", false, 0);
    assert_eq!(slots.closed(0), [("amojo:main".to_owned(), 30_000)]);
    assert_eq!(room(29_999), [0, 0]);
    assert_eq!(room(30_000), [1, 0], "one probe");
    let probe = slots.take("amojo:main", Uuid::from_u128(1), Uuid::from_u128(1));
    assert_eq!(room(30_000), [0, 0], "and no other beside it");
    drop(probe);
    slots.note("amojo:main", false, 30_000);
    assert_eq!(room(59_999), [0, 0]);
    slots.note("amojo:main", true, 60_000);
    assert_eq!((room(60_000), slots.closed(60_000)), (vec![4, 4], vec![]));
}

#[test]
fn second_tries_are_a_fifth_of_the_first_and_one_a_second() {
    let slots = Slots::default();
    let target = Uuid::nil();
    let second = |now| slots.may_try("telegram", target, true, now);
    assert_eq!((0..100).filter(|_| second(0)).count(), 10, "what a host has at first");
    assert!((0..50).all(|_| slots.may_try("telegram", target, false, 0)), "first tries go always");
    assert_eq!((0..100).filter(|_| second(0)).count(), 10, "a fifth of fifty");
    assert_eq!((0..100).filter(|_| second(3_000)).count(), 3, "one a second in any case");
    assert!(slots.may_try("amojo:main", target, true, 0), "another host has its own");
    for webhook in 1..4 {
        assert!(slots.may_try(WEBHOOKS, Uuid::from_u128(webhook), true, 0), "and each tenant's");
    }
}
