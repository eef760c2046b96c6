<?php

declare(strict_types=1);

namespace Parom;

/**
 * A page of a list. Iterating gives its items, then those of the pages after it.
 *
 * @template T
 * @implements \IteratorAggregate<int, T>
 */
final class Page implements \IteratorAggregate
{
    /** @var list<T> */
    public readonly array $items;
    /** Null on the last page. */
    public readonly ?string $nextCursor;

    /** @param \Closure(?string): array{items: list<T>, next_cursor: ?string} $read */
    public function __construct(private readonly \Closure $read, ?string $cursor = null)
    {
        ['items' => $this->items, 'next_cursor' => $this->nextCursor] = $read($cursor);
    }

    /** @return \Generator<int, T> */
    public function getIterator(): \Generator
    {
        for ($page = $this; ; $page = new self($this->read, $page->nextCursor)) {
            foreach ($page->items as $item) {
                yield $item;
            }
            if ($page->nextCursor === null) {
                return;
            }
        }
    }
}
