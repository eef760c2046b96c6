<?php

declare(strict_types=1);

namespace Parom;

/** There was no answer: whether the request was accepted is unknown, and repeating it is safe. */
final class Unreachable extends \RuntimeException
{
}
