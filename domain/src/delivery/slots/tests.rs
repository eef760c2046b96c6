use super::*;

fn offer(pool: &str, tenant: u128, target: u128, at_once: u32) -> SlotOffer {
    SlotOffer {
        pool: pool.to_owned(),
        tenant_id: Uuid::from_u128(tenant),
        target: Uuid::from_u128(target),
        at_once,
        weight: 1,
    }
}

/// How many calls each of these may start now: slots that come back at once.
fn share(slots: &Slots, offers: &[SlotOffer], now: i64) -> Vec<u32> {
    slots.reserve(offers, now).iter().map(|taken| u32::try_from(taken.len()).unwrap()).collect()
}

#[test]
fn a_target_a_tenant_and_a_host_have_their_bounds() {
    let slots = Slots::default();
    let (tenant, target) = (Uuid::from_u128(1), Uuid::from_u128(9));
    let first: Vec<_> = (0..3).map(|_| slots.take(WEBHOOKS, tenant, target)).collect();
    assert_eq!(share(&slots, &[offer(WEBHOOKS, 1, 9, 4)], 0), [1]);
    assert_eq!(share(&slots, &[offer(WEBHOOKS, 1, 8, 100)], 0), [5]);
    assert_eq!(share(&slots, &[offer(WEBHOOKS, 2, 7, 100)], 0), [8]);
    drop(first);
    assert_eq!(share(&slots, &[offer(WEBHOOKS, 1, 9, 4)], 0), [4]);
    assert_eq!(share(&slots, &[offer("telegram", 1, 9, 100)], 0), [OF_TENANT_ALONE], "a quarter stays free");
    let both = [offer("telegram", 1, 9, 100), offer("telegram", 2, 8, 100)];
    assert_eq!(share(&slots, &both, 0), [OF_TENANT, OF_TENANT]);
}

#[test]
fn offers_of_one_scan_share_one_pool() {
    let slots = Slots::default();
    let offers: Vec<_> = (1..=32).map(|tenant| offer("amojo:main", tenant, tenant, 8)).collect();
    let shares = share(&slots, &offers, 0);
    assert_eq!(shares.iter().sum::<u32>(), POOL, "not eight for each of thirty-two");
    assert!(shares.iter().all(|share| *share == POOL / 32), "{shares:?}");
}

#[test]
fn a_host_that_fails_is_left_alone_and_tried_again_by_one() {
    let slots = Slots::default();
    let tenant = Uuid::from_u128;
    let room = |now| share(&slots, &[offer("amojo:main", 1, 1, 4), offer("amojo:main", 2, 2, 4)], now);
    for call in 0..19 {
        assert_eq!(room(0), [4, 4]);
        slots.note("amojo:main", tenant(call % 3), false, 0);
    }
    assert_eq!(slots.closed(0), [], "nineteen calls prove nothing");
    slots.note("amojo:main", tenant(0), false, 0);
    assert_eq!(slots.closed(0), [("amojo:main".to_owned(), 30_000)]);
    slots.note("amojo:main", tenant(1), false, 10_000);
    assert_eq!(slots.closed(10_000), [("amojo:main".to_owned(), 30_000)], "one that was on its way prolongs nothing");
    assert_eq!(room(29_999), [0, 0]);
    assert_eq!(room(30_000), [1, 0], "one probe");
    let probe = slots.take("amojo:main", tenant(1), tenant(1));
    assert_eq!(room(30_000), [0, 0], "and no other beside it");
    drop(probe);
    slots.note("amojo:main", tenant(1), false, 30_000);
    assert_eq!(room(59_999), [0, 0]);
    assert_eq!(room(-3_600_000).iter().sum::<u32>(), 1, "a clock that is set back does not prolong it");
    slots.note("amojo:main", tenant(1), true, 60_000);
    assert_eq!((room(60_000), slots.closed(60_000)), (vec![4, 4], vec![]));
}

/// Scenario O1.
#[test]
fn o1_failures_of_two_accounts_never_close_a_host_and_any_success_resets_the_count() {
    let slots = Slots::default();
    let note = |tenant, answered, now| slots.note("amojo:main", Uuid::from_u128(tenant), answered, now);
    for call in 0..1_000 {
        note(1 + call % 2, false, 0);
    }
    assert_eq!(slots.closed(0), [], "two accounts may both be in trouble of their own");
    for call in 0..1_000 {
        note(1 + call % 5, call % 19 == 0, 0);
    }
    assert_eq!(slots.closed(0), [], "one account is answered");
    note(1, true, 0);
    for step in 0..60 {
        for tenant in 1..=3 {
            note(tenant, false, step * 11_000);
        }
    }
    assert_eq!(slots.closed(60 * 11_000), [], "eighteen failures a minute are few");
    for tenant in 1..=20 {
        note(tenant, false, 900_000);
    }
    assert_eq!(slots.closed(900_000).len(), 1, "one call of each of twenty accounts is enough");
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

/// Scenario C10: the calls of all but one account hang.
#[test]
fn c10_endpoints_that_hang_leave_room_for_others() {
    let slots = Slots::default();
    let mut hanging = Vec::new();
    let hang = |tenant: u128, hanging: &mut Vec<Slot>| {
        let (room, _) = slots.room(&offer(WEBHOOKS, tenant, tenant, 100));
        hanging.extend((0..room).map(|_| slots.take(WEBHOOKS, Uuid::from_u128(tenant), Uuid::from_u128(tenant))));
    };
    for tenant in 1..=16 {
        hang(tenant, &mut hanging);
    }
    assert_eq!(hanging.len(), 128, "as many as all had together");
    assert_eq!(share(&slots, &[offer(WEBHOOKS, 1_000, 1_000, 4)], 0), [4]);
    for tenant in 17..=400 {
        hang(tenant, &mut hanging);
    }
    assert!(slots.free(WEBHOOKS, 0) > 0, "{} hang", hanging.len());
    assert_eq!(share(&slots, &[offer(WEBHOOKS, 1_000, 1_000, 4)], 0), [1], "few, but at once");
    drop(hanging);
    assert_eq!(slots.free(WEBHOOKS, 0), WEBHOOKS_AT_ONCE);
}

#[test]
fn a_pool_is_idle_below_half_of_it_and_of_a_share() {
    let slots = Slots::default();
    let mut kept = Vec::new();
    let mut reserve = |tenant, target, at_once, count| {
        let reserved = slots.reserve_idle(&[offer("telegram", tenant, target, at_once)], &[count], 0);
        kept.extend(reserved);
        kept.last().map_or(0, Vec::len)
    };
    assert_eq!(reserve(1, 1, 4, 9), 4, "as many as the target takes at once");
    assert_eq!(reserve(1, 1, 4, 1), 0);
    assert_eq!(reserve(1, 2, 100, 100), 28, "a tenant has its share beside others");
    assert_eq!(reserve(2, 3, 100, 100), 32);
    assert_eq!(reserve(3, 4, 100, 100), 0, "half of the pool is in use");
    assert_eq!(share(&slots, &[offer("telegram", 3, 4, 100)], 0), [64], "which the scan shares");
    kept.truncate(1);
    assert_eq!(slots.reserve_idle(&[offer("telegram", 3, 4, 100)], &[1], 0)[0].len(), 1);
}

#[test]
fn the_calls_of_several_processes_are_one_sum() {
    let of = |calls, failed, within, until| CallReport {
        calls: BTreeMap::from([("telegram".to_owned(), CallFigures { calls, failed, usual: within / 2, within })]),
        closed: BTreeMap::from([("max".to_owned(), until)]),
    };
    let mut sum = of(7, 1, 90, 20);
    sum.add(CallReport::stored(Some(&of(3, 2, 700, 10).to_text())));
    assert_eq!(sum, of(10, 3, 700, 20));
    for nothing in [None, Some("null"), Some("{}"), Some("[1]"), Some("{\"later\": 1}")] {
        sum.add(CallReport::stored(nothing));
    }
    assert_eq!(sum, of(10, 3, 700, 20));
}

#[test]
fn the_last_calls_count() {
    let mut calls = RecentCalls::default();
    assert_eq!(calls.figures(0), None);
    calls.add(0, 7, true);
    assert_eq!(calls.figures(1), Some(CallFigures { calls: 1, failed: 1, usual: 7, within: 7 }));
    assert_eq!(calls.figures(RECENT), None, "it is too long ago");
    for millis in 1..=100 {
        calls.add(RECENT, millis, millis > 90);
    }
    assert_eq!(calls.figures(RECENT), Some(CallFigures { calls: 100, failed: 10, usual: 50, within: 95 }));
    (0..MOST).for_each(|_| calls.add(RECENT, 3, false));
    assert_eq!(calls.figures(RECENT), Some(CallFigures { calls: 500, failed: 0, usual: 3, within: 3 }));
}
