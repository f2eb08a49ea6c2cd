// Regular expressions for the search in flame graphs. The browser's own may take for ever on an unlucky one, and a link
// can bring any; these take a time within bounds: all ways to match go through the text side by side, a letter a step.
// What is taken: letters, . \d \w \s \D \W \S, [a-z] and [^a-z], ^ $ \b \B, ( ) and (?: ), |, * + ? {2,5}. Case is one.
const LoadMonitorPattern = (() => {
  'use strict';

  const MOST_STEPS = 300;
  const MOST_REPEATS = 100;
  const MOST_LETTERS = 500;
  const KINDS = {d: /[0-9]/, w: /[0-9a-z_]/, s: /\s/};

  /**
   * A function that says whether a text has a match, of which at most MOST_LETTERS are looked at.
   * Throws an Error whose message says what is wrong.
   */
  return function compile(pattern) {
    const program = emit(read(pattern.toLowerCase(), pattern));
    return text => matches(program, text.toLowerCase().slice(0, MOST_LETTERS));
  };

  /** As a tree: {branches}, {parts}, {part, least, most}, {letter} or {edge}. */
  function read(text, written) {
    let at = 0;
    const tree = choice();
    if (at < text.length) {
      throw new Error('a ) without its (');
    }
    return tree;

    function choice() {
      const branches = [sequence()];
      while (text[at] === '|') {
        at++;
        branches.push(sequence());
      }
      return branches.length === 1 ? branches[0] : {branches};
    }

    function sequence() {
      const parts = [];
      while (at < text.length && text[at] !== '|' && text[at] !== ')') {
        parts.push(repeated(atom()));
      }
      return {parts};
    }

    function repeated(part) {
      const times = quantifier();
      if (!times) {
        return part;
      }
      if (part.edge) {
        throw new Error('nothing to repeat');
      }
      if (times.least > MOST_REPEATS || times.most > MOST_REPEATS && times.most !== Infinity) {
        throw new Error('more than ' + MOST_REPEATS + ' repeats');
      }
      if (times.least > times.most) {
        throw new Error('repeats out of order');
      }
      // Lazy or not makes no difference to whether there is a match.
      if (text[at] === '?') {
        at++;
      }
      if (quantifier()) {
        throw new Error('nothing to repeat');
      }
      return {part, ...times};
    }

    function quantifier() {
      const simple = {'*': [0, Infinity], '+': [1, Infinity], '?': [0, 1]}[text[at]];
      if (simple) {
        at++;
        return {least: simple[0], most: simple[1]};
      }
      const counted = /^\{(\d{1,9})(,?)(\d{0,9})\}/.exec(text.slice(at));
      if (!counted) {
        return undefined;
      }
      at += counted[0].length;
      const least = Number(counted[1]);
      return {least, most: counted[3] ? Number(counted[3]) : counted[2] ? Infinity : least};
    }

    function atom() {
      if (quantifier()) {
        throw new Error('nothing to repeat');
      }
      const letter = text[at++];
      switch (letter) {
        case '(': return group();
        case '[': return set();
        case '.': return {letter: () => true};
        case '^': return {edge: (letters, place) => place === 0};
        case '$': return {edge: (letters, place) => place === letters.length};
        case '\\': return escaped();
        default: return {letter: other => other === letter};
      }
    }

    function group() {
      if (text[at] === '?') {
        if (text[at + 1] !== ':') {
          throw new Error('(?' + (text[at + 1] || '') + ' is not taken here');
        }
        at += 2;
      }
      const inside = choice();
      if (text[at++] !== ')') {
        throw new Error('a ( without its )');
      }
      return inside;
    }

    function escaped() {
      const kind = written[at++];
      if (kind === undefined) {
        throw new Error('a \\ at the end');
      }
      if (kind === 'b' || kind === 'B') {
        return {edge: (letters, place) => (isWord(letters[place - 1]) !== isWord(letters[place])) === (kind === 'b')};
      }
      return {letter: letterOf(kind)};
    }

    /** Of what stands behind a backslash. */
    function letterOf(kind) {
      const known = KINDS[kind.toLowerCase()];
      if (known) {
        const isOther = kind !== kind.toLowerCase();
        return letter => known.test(letter) !== isOther;
      }
      if (/[0-9a-z]/i.test(kind)) {
        throw new Error('\\' + kind + ' is not taken here');
      }
      return letter => letter === kind;
    }

    function set() {
      const isNot = text[at] === '^';
      if (isNot) {
        at++;
      }
      const members = [];
      while (text[at] !== ']') {
        if (at >= text.length) {
          throw new Error('a [ without its ]');
        }
        const first = member();
        if (text[at] === '-' && at + 1 < text.length && text[at + 1] !== ']') {
          at++;
          const last = member();
          if (!first.sign || !last.sign || first.sign > last.sign) {
            throw new Error('a range out of order');
          }
          members.push(within(first.sign, last.sign));
        } else {
          members.push(first.sign ? letter => letter === first.sign.toLowerCase() : first.letter);
        }
      }
      at++;
      return {letter: letter => members.some(is => is(letter)) !== isNot};
    }

    /** As it was written: [A-Z] is a range, and so is [A-z]. */
    function member() {
      const sign = written[at++];
      if (sign !== '\\') {
        return {sign};
      }
      const kind = written[at++];
      if (kind === undefined) {
        throw new Error('a \\ at the end');
      }
      return KINDS[kind.toLowerCase()] || /[0-9a-z]/i.test(kind) ? {letter: letterOf(kind)} : {sign: kind};
    }

    function within(first, last) {
      return letter => [letter, letter.toUpperCase()].some(each => each >= first && each <= last);
    }
  }

  function isWord(letter) {
    return letter !== undefined && KINDS.w.test(letter);
  }

  /** As steps: {letter} and {edge} go to the next one, {ways} to each of its own; the last one is the end. */
  function emit(tree) {
    const steps = [];
    put(tree);
    steps.push({isEnd: true});
    return steps;

    function add(step) {
      if (steps.length >= MOST_STEPS) {
        throw new Error('too long');
      }
      steps.push(step);
      return step;
    }

    function put(node) {
      if (node.branches) {
        branch(node.branches);
      } else if (node.parts) {
        node.parts.forEach(put);
      } else if (node.part) {
        repeat(node);
      } else {
        add(node);
      }
    }

    function branch(branches) {
      const fork = add({ways: []});
      const ends = branches.map(each => {
        fork.ways.push(steps.length);
        put(each);
        return add({ways: []});
      });
      ends.forEach(end => end.ways.push(steps.length));
    }

    function repeat({part, least, most}) {
      for (let i = 0; i < least; i++) {
        put(part);
      }
      if (most === Infinity) {
        const fork = add({ways: [steps.length + 1]});
        const begin = steps.length - 1;
        put(part);
        add({ways: [begin]});
        fork.ways.push(steps.length);
        return;
      }
      const forks = [];
      for (let i = least; i < most; i++) {
        forks.push(add({ways: [steps.length + 1]}));
        put(part);
      }
      forks.forEach(fork => fork.ways.push(steps.length));
    }
  }

  function matches(steps, letters) {
    const reached = new Int32Array(steps.length).fill(-1);
    let current = [];
    for (let place = 0; place <= letters.length; place++) {
      const next = [];
      // A match may begin at every letter.
      const open = [...current, 0].reverse();
      while (open.length > 0) {
        const number = open.pop();
        if (reached[number] === place) {
          continue;
        }
        reached[number] = place;
        const step = steps[number];
        if (step.isEnd) {
          return true;
        }
        if (step.ways) {
          open.push(...step.ways);
        } else if (step.edge) {
          if (step.edge(letters, place)) {
            open.push(number + 1);
          }
        } else if (place < letters.length && step.letter(letters[place])) {
          next.push(number + 1);
        }
      }
      current = next;
    }
    return false;
  }
})();
