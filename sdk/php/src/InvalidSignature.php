<?php

declare(strict_types=1);

namespace Parom;

/** Parom did not send this, or not lately. Answer 401. */
final class InvalidSignature extends \RuntimeException
{
}
